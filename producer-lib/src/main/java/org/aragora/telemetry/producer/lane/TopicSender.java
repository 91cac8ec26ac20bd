package org.aragora.telemetry.producer.lane;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.aragora.telemetry.producer.host.OwnThread;
import org.jspecify.annotations.Nullable;

/**
 * Takes the events of one topic and one run, numbers them per partition and sends them, in order,
 * on one daemon thread. A number belongs to one event for ever: a failed event goes out again under
 * its number. An event that is given up takes its number with it, so that the processor counts it
 * as missing. Only this thread waits for Kafka, and only for its own topic.
 */
public final class TopicSender {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /**
   * A thread that has just taken an event naps first and waits for a signal then: to wake it costs
   * the caller more than all else. So events that come often wake nobody, and go out in bursts.
   */
  private static final long FIRST_NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long LAST_NAP_NANOS = 8 * FIRST_NAP_NANOS;

  /** Events between two looks at the rest. */
  private static final int BURST = 64;

  private static final long FIRST_PAUSE_MS = 50;
  private static final long LAST_PAUSE_MS = 5_000;
  private static final Headers CONTENT_TYPE =
      new RecordHeaders()
          .add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));

  private final String topic;
  private final Shrinking shrinking;
  private byte[] numberHead; // this thread only
  private final EventQueue queue;
  private final ProducerHandle handle;
  private final Outcome outcome;
  private final InFlight inFlight;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;
  private volatile EventQueue.@Nullable Entry pending;
  private volatile boolean started;
  private volatile boolean abandoned;
  private volatile long pauseMs = FIRST_PAUSE_MS;
  private volatile @Nullable Throwable lastFailure; // of an event that goes out again
  private int partitions = Integer.MAX_VALUE; // that the topic has; this thread only
  private boolean busy; // if the last wait ended with an event; this thread only
  private long generation; // of the client that has what is in flight; this thread only

  private TopicSender(
      String topic, String epoch, EventQueue queue, ProducerHandle handle, Outcome outcome) {
    this.topic = topic;
    this.numberHead = numberHead(epoch);
    this.shrinking = new Shrinking(topic);
    this.queue = queue;
    this.handle = handle;
    this.outcome = outcome;
    this.inFlight = new InFlight(queue);
    this.thread = OwnThread.create("telemetry-" + topic, this::turn, ended::countDown);
  }

  /** A sender that starts with the first event. */
  public static TopicSender create(
      String topic, String epoch, EventQueue queue, ProducerHandle handle, Outcome outcome) {
    return new TopicSender(topic, epoch, queue, handle, outcome);
  }

  /** Starts the thread, once. */
  public synchronized void start() {
    if (!started) {
      thread.start();
      started = true;
    }
  }

  /** Offers an event to the queue; see {@link EventQueue#offer}. */
  public EventQueue.Offer offer(StampedEvent event, long waitNanos) {
    if (!started) {
      start();
    }
    return queue.offer(event, waitNanos);
  }

  /**
   * Waits until everything accepted so far is settled.
   *
   * @return true if it is
   */
  public boolean awaitSettled(long waitNanos) throws InterruptedException {
    return inFlight.awaitSettled(queue.lastOrdinal(), waitNanos);
  }

  /** Accepts nothing more. The thread ends when all is settled. */
  public void seal() {
    queue.seal();
  }

  /**
   * Waits for the end of the thread.
   *
   * @return true if it has ended or was never started
   */
  public boolean awaitEnd(long waitNanos) throws InterruptedException {
    return !started || ended.await(Math.max(0, waitNanos), TimeUnit.NANOSECONDS);
  }

  /** Stops the thread at once. Attempts under way may still succeed. */
  public void abandon() {
    queue.seal();
    abandoned = true;
    thread.interrupt();
  }

  /**
   * Gives up the events that are left when the thread and the Kafka client have stopped. A durable
   * queue keeps them; from another they are lost and counted.
   */
  public void sweep(Throwable cause) throws IOException, InterruptedException {
    if (!queue.isDurable()) {
      List<InFlightEvent> unsettled = inFlight.all().stream().filter(inFlight::claim).toList();
      long lost = unsettled.size();
      for (EventQueue.Entry left = untaken(); left != null; left = untaken()) {
        queue.settled(left);
        lost++;
      }
      if (lost > 0) {
        outcome.lost(lost, cause);
      }
      unsettled.forEach(inFlight::settle);
    }
    queue.close();
  }

  private EventQueue.@Nullable Entry untaken() throws IOException, InterruptedException {
    EventQueue.Entry left = pending != null ? pending : queue.take(0);
    pending = null;
    return left;
  }

  private boolean turn() throws InterruptedException {
    if (abandoned || (queue.isExhausted() && inFlight.isEmpty())) {
      return false;
    }
    try {
      step();
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      pauseAfter(e);
    }
    return true;
  }

  private void step() throws IOException, InterruptedException {
    queue.tidy();
    takeBackFromDeadClient();
    if (inFlight.isEmpty()) {
      shrinking.progress();
    } else if (shrinking.isDue()) {
      checkPartitions();
    }
    if (inFlight.hasFailures()) {
      resend();
    } else if (queue.isExhausted()) {
      inFlight.awaitEmpty(TICK_NANOS);
    } else {
      boolean more = sendNext(next());
      for (int i = 1; i < BURST && more && !inFlight.hasFailures() && isCurrent(); i++) {
        more = sendNext(queue.take(0));
      }
    }
  }

  private boolean isCurrent() {
    return !abandoned && !handle.isDead() && handle.generation() == generation;
  }

  private EventQueue.@Nullable Entry next() throws IOException, InterruptedException {
    EventQueue.Entry entry = pending != null ? pending : queue.take(0);
    for (long nap = FIRST_NAP_NANOS; busy && entry == null && nap <= LAST_NAP_NANOS; nap *= 2) {
      LockSupport.parkNanos(nap);
      entry = queue.take(0);
    }
    if (entry == null) {
      entry = queue.take(TICK_NANOS);
    }
    busy = entry != null;
    return entry;
  }

  private void takeBackFromDeadClient() throws InterruptedException {
    if (handle.isDead()) {
      var unused = handle.client(); // makes another
    }
    long current = handle.generation();
    if (current != generation) {
      inFlight.failAll();
      generation = current;
    }
  }

  /** Gives up what is for partitions that are gone; the client that holds it too. */
  private void checkPartitions() throws IOException, InterruptedException {
    int count = shrinking.partitions(handle.client(), partitions);
    if (count == partitions) {
      return;
    }
    partitions = count;
    IllegalStateException gone =
        new IllegalStateException("the topic has only " + count + " partitions now");
    for (InFlightEvent sent : inFlight.all()) {
      if (sent.record.partition() >= count) {
        giveUp(sent, gone);
      }
    }
    if (queue.canPinAgain()) {
      queue.pin(count); // places of other partitions: a run of its own for every reader
      numberHead = numberHead(Shrinking.freshEpoch());
    }
    handle.renew();
    takeBackFromDeadClient();
  }

  private void resend() throws InterruptedException {
    pause(lastFailure);
    for (InFlightEvent sent : inFlight.failed()) {
      transmit(sent);
    }
  }

  /** Sends an event; returns false if there is none. */
  private boolean sendNext(EventQueue.@Nullable Entry entry)
      throws IOException, InterruptedException {
    pending = entry; // so that an end or an Error on the way does not lose it
    if (entry == null) {
      return false;
    }
    Place place = entry.lost() > 0 ? null : placeOf(entry);
    if (place == null) {
      passOver(entry);
    } else {
      InFlightEvent sent = new InFlightEvent(entry, record(entry.event(), place));
      inFlight.add(sent);
      queue.placed(place);
      pending = null;
      if (place.partition() < partitions) {
        transmit(sent);
      } else {
        giveUp(sent, new IllegalStateException("its partition is gone"));
      }
    }
    return true;
  }

  private void passOver(EventQueue.Entry damaged) {
    inFlight.pass(new InFlightEvent(damaged, new ProducerRecord<>(topic, new byte[0])));
    pending = null;
    outcome.damaged(Math.max(1, damaged.lost()));
  }

  private ProducerRecord<byte[], byte[]> record(StampedEvent event, Place place) {
    byte[] value = event.isNumbered() ? stamped(event.value(), place.seq()) : event.value();
    return new ProducerRecord<>(topic, place.partition(), null, event.key(), value, CONTENT_TYPE);
  }

  /** Puts the number first into the object: valid whatever follows, and nothing is parsed. */
  private byte[] stamped(byte[] value, long seq) {
    byte[] number = Long.toString(seq).getBytes(StandardCharsets.ISO_8859_1);
    int length = numberHead.length + number.length;
    byte[] stamped = Arrays.copyOf(numberHead, length + value.length);
    System.arraycopy(number, 0, stamped, numberHead.length, number.length);
    stamped[length] = ',';
    System.arraycopy(value, 1, stamped, length + 1, value.length - 1);
    return stamped;
  }

  private static byte[] numberHead(String epoch) {
    return ("{\"epoch\":\"" + epoch + "\",\"seq\":").getBytes(StandardCharsets.UTF_8);
  }

  private @Nullable Place placeOf(EventQueue.Entry entry) throws IOException, InterruptedException {
    while (!queue.isPinned()) {
      try {
        partitions = handle.client().partitionsFor(topic).size();
        queue.pin(partitions);
      } catch (Exception e) {
        pauseAfter(e);
      }
    }
    return queue.place(entry);
  }

  private void transmit(InFlightEvent sent) throws InterruptedException {
    while (!abandoned) {
      sent.refusal = null;
      inFlight.unmark(sent);
      boolean sure = false;
      try {
        Producer<byte[], byte[]> client = handle.client();
        long to = handle.generation();
        if (to != generation) {
          return; // all that is in flight goes out again, in order
        }
        var unused = client.send(sent.record, (metadata, failure) -> completed(sent, to, failure));
        sure = true;
      } catch (RuntimeException e) {
        sent.refusal = e;
        sure = true;
      } finally {
        if (!sure) { // another client, or an Error: a second copy is harmless
          inFlight.fail(sent);
        }
      }
      Exception refusal = sent.refusal;
      if (refusal == null) {
        return;
      }
      pauseAfter(refusal);
      if (shrinking.isDue()) {
        inFlight.fail(sent);
        return;
      }
    }
  }

  /** Nothing leaves this but through the counts: the client's thread would end with an Error. */
  private void completed(InFlightEvent sent, long from, @Nullable Exception failure) {
    try {
      if (failure == null) {
        pauseMs = FIRST_PAUSE_MS;
        handle.onAcknowledged();
        shrinking.progress();
        inFlight.acknowledge(sent, outcome);
      } else if (from != handle.generation()) {
        return; // another client has it
      } else if (isHopeless(failure)) {
        giveUp(sent, failure);
      } else if (Thread.currentThread() == thread) {
        sent.refusal = failure; // within send: it never left
      } else if (!abandoned) {
        lastFailure = failure;
        inFlight.fail(sent);
        outcome.retrying(failure);
      }
    } catch (Throwable e) {
      inFlight.fail(sent);
    }
  }

  /** The record itself is at fault, or the host has limited how long it may take. */
  private boolean isHopeless(Exception failure) {
    return failure instanceof RecordTooLargeException
        || failure instanceof RecordBatchTooLargeException
        || failure instanceof InvalidRecordException
        || failure instanceof SerializationException
        || (failure instanceof TimeoutException
            && Thread.currentThread() != thread
            && !queue.isDurable());
  }

  private void giveUp(InFlightEvent sent, Exception failure) {
    if (inFlight.claim(sent)) {
      outcome.lost(1, failure);
      inFlight.settle(sent);
    }
  }

  private void pauseAfter(Throwable cause) throws InterruptedException {
    if (abandoned || Thread.interrupted()) {
      throw new InterruptedException();
    }
    try {
      outcome.retrying(cause);
    } catch (Throwable e) {
      // as with a full heap; the pause is what counts
    }
    pause(cause);
  }

  private void pause(@Nullable Throwable cause) throws InterruptedException {
    long usual = pauseMs;
    long millis = handle.pauseMs(cause, usual);
    // After a rest of the client it is early enough for the next trial.
    pauseMs = millis == usual ? Math.min(LAST_PAUSE_MS, usual * 2) : FIRST_PAUSE_MS;
    TimeUnit.MILLISECONDS.sleep(millis);
  }
}
