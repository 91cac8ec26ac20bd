package org.aragora.telemetry.producer.lane;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
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
  private static final long FIRST_PAUSE_MS = 50;
  private static final long LAST_PAUSE_MS = 5_000;
  private static final Header CONTENT_TYPE =
      new RecordHeader(
          "content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));

  private final String topic;
  private final Shrinking shrinking;
  private volatile String epoch;
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
  private int partitions = Integer.MAX_VALUE; // that the topic has; this thread only
  private long generation; // of the client that has what is in flight; this thread only

  private TopicSender(
      String topic, String epoch, EventQueue queue, ProducerHandle handle, Outcome outcome) {
    this.topic = topic;
    this.epoch = epoch;
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
      sendNext();
    }
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
      epoch = Shrinking.freshEpoch();
    }
    handle.renew();
    takeBackFromDeadClient();
  }

  private void resend() throws InterruptedException {
    pause();
    for (InFlightEvent sent : inFlight.failed()) {
      if (handle.generation() != generation) {
        return; // all of them go out again, in order
      }
      transmit(sent);
    }
  }

  private void sendNext() throws IOException, InterruptedException {
    EventQueue.Entry entry = pending != null ? pending : queue.take(TICK_NANOS);
    pending = entry; // so that an end or an Error on the way does not lose it
    if (entry == null) {
      return;
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
  }

  private void passOver(EventQueue.Entry damaged) {
    inFlight.pass(new InFlightEvent(damaged, new ProducerRecord<>(topic, new byte[0])));
    pending = null;
    outcome.damaged(Math.max(1, damaged.lost()));
  }

  private ProducerRecord<byte[], byte[]> record(StampedEvent event, Place place) {
    byte[] value = event.isNumbered() ? stamped(event.value(), place.seq()) : event.value();
    return new ProducerRecord<>(
        topic, place.partition(), null, event.key(), value, List.of(CONTENT_TYPE));
  }

  /** Puts the number first into the object: valid whatever follows, and nothing is parsed. */
  private byte[] stamped(byte[] value, long seq) {
    byte[] head =
        ("{\"epoch\":\"" + epoch + "\",\"seq\":" + seq + ",").getBytes(StandardCharsets.UTF_8);
    byte[] stamped = new byte[head.length + value.length - 1];
    System.arraycopy(head, 0, stamped, 0, head.length);
    System.arraycopy(value, 1, stamped, head.length, value.length - 1);
    return stamped;
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
        var unused = client.send(sent.record, (metadata, failure) -> completed(sent, to, failure));
        sure = true;
      } catch (RuntimeException e) {
        sent.refusal = e;
        sure = true;
      } finally {
        if (!sure) { // an Error: it may be on its way or not, and a second copy is harmless
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
        shrinking.progress();
        if (inFlight.claim(sent)) {
          outcome.acknowledged();
          inFlight.settle(sent);
        }
      } else if (from != handle.generation()) {
        return; // another client has it
      } else if (isHopeless(failure)) {
        giveUp(sent, failure);
      } else if (Thread.currentThread() == thread) {
        sent.refusal = failure; // within send: it never left
      } else if (!abandoned) {
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
    pause();
  }

  private void pause() throws InterruptedException {
    long millis = pauseMs;
    pauseMs = Math.min(LAST_PAUSE_MS, millis * 2);
    TimeUnit.MILLISECONDS.sleep(millis);
  }
}
