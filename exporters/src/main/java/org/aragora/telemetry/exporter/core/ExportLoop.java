package org.aragora.telemetry.exporter.core;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Poll, convert, send, wait for the answer, commit. One thread owns the consumer and every account;
 * an offset is committed only when all before it in its partition are settled: acknowledged, a dead
 * letter, or not for this exporter.
 *
 * @param <P> what one record becomes
 */
public final class ExportLoop<P> implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(ExportLoop.class);
  private static final Duration LONGEST_POLL = Duration.ofMillis(50);
  private static final Duration ROUND_TRIP = Duration.ofSeconds(5);
  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(1);

  private final LoopSettings settings;
  private final Consumer<byte[], byte[]> consumer;
  private final ExporterMetrics metrics;
  private final Health health;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
  private final Dispatch<P> dispatch;
  private final Outbox<P> outbox;
  private final Reading<P> reading;
  private final Map<TopicPartition, PartitionProgress> owned = new HashMap<>();
  private final Commits commits;
  private final Expired expired;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean stopping;
  private volatile @Nullable Throwable failure;
  private long nextReport;

  /**
   * Assembles a loop; {@link #run} starts it.
   *
   * @param consumer reads committed records only and commits nothing by itself; closed by the loop
   * @param pastConsumers make a consumer outside of any group, for {@link Converter#lookback}
   */
  public ExportLoop(
      LoopSettings settings,
      Consumer<byte[], byte[]> consumer,
      Supplier<Consumer<byte[], byte[]>> pastConsumers,
      Converter<P> converter,
      Backend<P> backend,
      DeadLetters deadLetters,
      ExporterMetrics metrics,
      Health health,
      Clock clock) {
    this.settings = settings;
    this.consumer = consumer;
    this.metrics = metrics;
    this.health = health;
    this.clock = clock;
    nanoTime = System::nanoTime;
    dispatch = new Dispatch<>(settings, backend, events, nanoTime);
    commits = new Commits(consumer, owned, settings.commitInterval(), ROUND_TRIP);
    expired = new Expired(consumer, metrics, ROUND_TRIP);
    outbox =
        new Outbox<>(
            settings,
            dispatch,
            deadLetters,
            metrics,
            health,
            new Backoff(settings.retryBase(), settings.retryMax(), RandomGenerator.getDefault()),
            events,
            nanoTime);
    reading =
        new Reading<>(
            consumer,
            pastConsumers,
            owned,
            converter,
            new Intake<>(converter, settings),
            outbox,
            metrics,
            LONGEST_POLL);
  }

  /** Runs until {@link #stop}, or until Kafka says something that no retry will change. */
  @Override
  public void run() {
    try {
      consumer.subscribe(settings.topics(), new Rebalances());
      while (!stopping) {
        iterate();
      }
      drain();
      health.ended("it was stopped.");
    } catch (RuntimeException | Error cause) {
      failure = cause;
      health.ended(String.valueOf(cause));
      LOG.error(
          "The exporter stops, nothing is committed beyond what was acknowledged: {}",
          String.valueOf(cause),
          cause);
    } finally {
      close();
      ended.countDown();
    }
  }

  /** Asks the loop to send what it has read, to commit and to end. Returns at once. */
  public void stop() {
    stopping = true;
  }

  /** Waits for the end; false if it did not come in time. */
  public boolean awaitEnd(Duration timeout) throws InterruptedException {
    return ended.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What ended the loop, null if it was {@link #stop} or has not ended. */
  public @Nullable Throwable failure() {
    return failure;
  }

  private void iterate() {
    runEvents();
    outbox.step(false);
    expired.check();
    reading.readPast();
    boolean full = outbox.isFull();
    pause(full);
    if (full) {
      awaitEvent(outbox.nanosToNextStep(LONGEST_POLL.toNanos()));
      reading.accept(poll(Duration.ZERO));
    } else {
      reading.accept(poll(Duration.ofNanos(outbox.nanosToNextStep(LONGEST_POLL.toNanos()))));
    }
    commits.ifDue(nanoTime.getAsLong());
    report();
  }

  private ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    try {
      return consumer.poll(timeout);
    } catch (RetriableException passing) {
      LOG.warn("Kafka did not answer a poll, which is tried again: {}", passing.toString());
      return ConsumerRecords.empty();
    }
  }

  private void runEvents() {
    Runnable event;
    while ((event = events.poll()) != null) {
      event.run();
    }
  }

  private void awaitEvent(long nanos) {
    try {
      Runnable event = events.poll(nanos, TimeUnit.NANOSECONDS);
      if (event != null) {
        event.run();
        runEvents();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      stopping = true;
    }
  }

  /** Partitions that may not be read on: their past, their retries or their window hold them. */
  private void pause(boolean full) {
    Set<TopicPartition> held = new HashSet<>(outbox.troubled());
    List<TopicPartition> free = new ArrayList<>();
    for (PartitionProgress progress : owned.values()) {
      TopicPartition partition = progress.partition();
      if (full
          || progress.isDeferring()
          || progress.outstandingRecords() >= settings.unacknowledgedRecords()) {
        held.add(partition);
      } else if (!held.contains(partition)) {
        free.add(partition);
      }
    }
    held.retainAll(owned.keySet());
    consumer.pause(held);
    consumer.resume(free);
  }

  private void report() {
    health.iterated(!outbox.isEmpty());
    long now = nanoTime.getAsLong();
    if (now - nextReport < 0) {
      return;
    }
    nextReport = now + REPORT_INTERVAL.toNanos();
    metrics.inFlight(outbox.records());
    health.kafka(KafkaContact.trouble(consumer));
    Lag.report(consumer, owned.values(), metrics);
  }

  private void drain() {
    long deadline = nanoTime.getAsLong() + settings.drain().toNanos();
    while (!outbox.isEmpty() && nanoTime.getAsLong() - deadline < 0) {
      outbox.step(true);
      awaitEvent(outbox.nanosToNextStep(LONGEST_POLL.toNanos()));
    }
    if (!outbox.isEmpty()) {
      LOG.warn(
          "{} records were not acknowledged before the stop; they will be sent again, unchanged.",
          outbox.records());
    }
    commits.now(List.copyOf(owned.keySet()));
  }

  private void close() {
    dispatch.close();
    try {
      consumer.close(CloseOptions.timeout(ROUND_TRIP));
    } catch (KafkaException problem) {
      LOG.warn("The consumer did not close in order: {}", problem.toString());
    }
    reading.close();
  }

  /** Takes partitions on and gives them up; called by the consumer, within poll and close. */
  private final class Rebalances implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        owned.put(partition, new PartitionProgress(partition, clock.millis()));
        expired.assigned(partition);
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      long deadline =
          nanoTime.getAsLong() + (stopping ? Duration.ZERO : settings.rebalanceWait()).toNanos();
      while (isInFlight(partitions) && nanoTime.getAsLong() - deadline < 0) {
        awaitEvent(LONGEST_POLL.toNanos());
      }
      commits.now(partitions);
      disown(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      disown(partitions);
    }

    private boolean isInFlight(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        PartitionProgress progress = owned.get(partition);
        if (progress != null && progress.isInFlight()) {
          return true;
        }
      }
      return false;
    }

    private void disown(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        PartitionProgress progress = owned.remove(partition);
        if (progress != null) {
          progress.disown();
        }
      }
      expired.revoked(partitions);
      reading.forget(partitions);
      outbox.discardDisowned();
    }
  }
}
