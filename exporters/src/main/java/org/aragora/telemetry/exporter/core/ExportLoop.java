package org.aragora.telemetry.exporter.core;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
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
  private final Converter<P> converter;
  private final Intake<P> intake;
  private final ExporterMetrics metrics;
  private final Health health;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final ExecutorService workers;
  private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
  private final Outbox<P> outbox;
  private final PastReader past;
  private final Map<TopicPartition, PartitionProgress> owned = new HashMap<>();
  private final Set<TopicPartition> unchecked = new HashSet<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean stopping;
  private volatile @Nullable Throwable failure;
  private long nextCommit;
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
    this.converter = converter;
    intake = new Intake<>(converter, settings);
    this.metrics = metrics;
    this.health = health;
    this.clock = clock;
    nanoTime = System::nanoTime;
    workers = Executors.newFixedThreadPool(settings.inFlight(), workerThreads(settings.exporter()));
    past = new PastReader(pastConsumers);
    outbox =
        new Outbox<>(
            settings,
            backend,
            deadLetters,
            metrics,
            health,
            new Backoff(settings.retryBase(), settings.retryMax(), RandomGenerator.getDefault()),
            workers,
            events,
            nanoTime);
  }

  private static ThreadFactory workerThreads(String exporter) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, exporter + "-sender-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
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
    noteExpired();
    readPast();
    boolean full = outbox.isFull();
    pause(full);
    if (full) {
      awaitEvent(outbox.nanosToNextStep(LONGEST_POLL.toNanos()));
      accept(poll(Duration.ZERO));
    } else {
      accept(poll(Duration.ofNanos(outbox.nanosToNextStep(LONGEST_POLL.toNanos()))));
    }
    commitIfDue();
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

  private void accept(ConsumerRecords<byte[], byte[]> records) {
    for (TopicPartition partition : records.partitions()) {
      PartitionProgress progress = owned.get(partition);
      if (progress == null) {
        throw new IllegalStateException("Records of " + partition + ", which is not assigned.");
      }
      List<ConsumerRecord<byte[], byte[]>> batch = records.records(partition);
      if (!progress.isPastKnown() && !converter.lookback(partition.topic()).isZero()) {
        progress.defer(batch);
      } else {
        batch.forEach(record -> accept(progress, record));
      }
    }
    records
        .nextOffsets()
        .forEach(
            (partition, next) -> {
              PartitionProgress progress = owned.get(partition);
              if (progress != null) {
                progress.moveTo(next.offset());
              }
            });
  }

  private void accept(PartitionProgress progress, ConsumerRecord<byte[], byte[]> record) {
    progress.read(record);
    Intake.Taken<P> taken = intake.take(record);
    if (taken.conversion() instanceof Conversion.Skip<P> skip) {
      metrics.skipped(record.topic(), skip.reason());
    } else if (taken.conversion() instanceof Conversion.Export<P> export) {
      Unit<P> unit = Unit.of(record, taken.origin(), export, progress);
      progress.add(unit);
      outbox.add(unit);
    } else if (taken.conversion() instanceof Conversion.Failed<P> failed) {
      Unit<P> unit = Unit.unconverted(record, taken.origin(), failed, progress);
      progress.add(unit);
      outbox.refuse(unit, Answer.UNCONVERTIBLE, String.valueOf(failed.defect()));
    }
  }

  /** What retention removed while nobody exported it is lost: say so, once per assignment. */
  private void noteExpired() {
    if (unchecked.isEmpty()) {
      return;
    }
    Set<TopicPartition> partitions = Set.copyOf(unchecked);
    unchecked.clear();
    try {
      Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions, ROUND_TRIP);
      consumer
          .committed(partitions, ROUND_TRIP)
          .forEach(
              (partition, offset) -> noteExpired(partition, offset, beginnings.get(partition)));
    } catch (KafkaException passing) {
      LOG.info("Whether records expired unexported is not known: {}", passing.toString());
    }
  }

  private void noteExpired(
      TopicPartition partition, @Nullable OffsetAndMetadata committed, @Nullable Long beginning) {
    if (committed != null && beginning != null && beginning > committed.offset()) {
      long lost = beginning - committed.offset();
      metrics.expired(partition.topic(), lost);
      LOG.error(
          "{} offsets of {} were removed by the topic's retention before they were exported.",
          lost,
          partition);
    }
  }

  private void readPast() {
    try {
      for (PartitionProgress progress : List.copyOf(owned.values())) {
        if (progress.isDeferring() && !past.isReading(progress.partition())) {
          beginPast(progress);
        }
      }
      if (past.isReading()) {
        for (TopicPartition done : past.step(LONGEST_POLL, converter::remember)) {
          PartitionProgress progress = owned.get(done);
          if (progress != null) {
            acceptDeferred(progress);
          }
        }
      }
    } catch (RetriableException passing) {
      LOG.warn(
          "A partition's past could not be read, which is tried again: {}", passing.toString());
    }
  }

  private void beginPast(PartitionProgress progress) {
    TopicPartition partition = progress.partition();
    OptionalLong first = progress.firstDeferred();
    long from = progress.oldestTimestampMs(true) - converter.lookback(partition.topic()).toMillis();
    if (!past.begin(partition, from, first.orElse(0))) {
      acceptDeferred(progress);
    }
  }

  private void acceptDeferred(PartitionProgress progress) {
    progress.pastRead().forEach(record -> accept(progress, record));
    progress.moveTo(consumer.position(progress.partition()));
  }

  private void commitIfDue() {
    long now = nanoTime.getAsLong();
    if (now - nextCommit < 0) {
      return;
    }
    nextCommit = now + settings.commitInterval().toNanos();
    Map<TopicPartition, OffsetAndMetadata> offsets = committable(owned.keySet());
    if (offsets.isEmpty()) {
      return;
    }
    Map<TopicPartition, PartitionProgress> owners = new HashMap<>(owned);
    consumer.commitAsync(
        offsets,
        (done, problem) -> {
          if (problem == null) {
            markCommitted(done, owners);
          } else {
            LOG.info("A commit did not go through, the next one covers it: {}", problem.toString());
          }
        });
  }

  private Map<TopicPartition, OffsetAndMetadata> committable(Collection<TopicPartition> of) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (TopicPartition partition : of) {
      PartitionProgress progress = owned.get(partition);
      if (progress != null && progress.needsCommit()) {
        progress
            .committable()
            .ifPresent(offset -> offsets.put(partition, new OffsetAndMetadata(offset)));
      }
    }
    return offsets;
  }

  private static void markCommitted(
      Map<TopicPartition, OffsetAndMetadata> done, Map<TopicPartition, PartitionProgress> owners) {
    done.forEach(
        (partition, offset) -> {
          PartitionProgress progress = owners.get(partition);
          if (progress != null) {
            progress.committed(offset.offset());
          }
        });
  }

  private void commitNow(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = committable(partitions);
    if (offsets.isEmpty()) {
      return;
    }
    try {
      consumer.commitSync(offsets, ROUND_TRIP);
      markCommitted(offsets, owned);
    } catch (KafkaException problem) {
      LOG.warn(
          "The last commit of {} did not go through; what it covers will be sent again, unchanged:"
              + " {}",
          offsets.keySet(),
          problem.toString());
    }
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
    Map<TopicPartition, Long> records = new HashMap<>();
    Map<String, Long> oldest = new HashMap<>();
    for (PartitionProgress progress : owned.values()) {
      TopicPartition partition = progress.partition();
      OptionalLong unread = consumer.currentLag(partition);
      records.put(partition, unread.orElse(0) + progress.unacknowledgedSpan());
      long stamp = progress.oldestTimestampMs(unread.orElse(0) > 0);
      oldest.merge(partition.topic(), stamp, ExportLoop::older);
    }
    metrics.lag(records, oldest);
  }

  private static Long older(Long left, Long right) {
    if (left == 0 || right == 0) {
      return Math.max(left, right);
    }
    return Math.min(left, right);
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
    commitNow(List.copyOf(owned.keySet()));
  }

  private void close() {
    workers.shutdownNow();
    try {
      consumer.close(CloseOptions.timeout(ROUND_TRIP));
    } catch (KafkaException problem) {
      LOG.warn("The consumer did not close in order: {}", problem.toString());
    }
    past.close();
  }

  /** Takes partitions on and gives them up; called by the consumer, within poll and close. */
  private final class Rebalances implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        owned.put(partition, new PartitionProgress(partition, clock.millis()));
        unchecked.add(partition);
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      long deadline =
          nanoTime.getAsLong() + (stopping ? Duration.ZERO : settings.rebalanceWait()).toNanos();
      while (isInFlight(partitions) && nanoTime.getAsLong() - deadline < 0) {
        awaitEvent(LONGEST_POLL.toNanos());
      }
      commitNow(partitions);
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
        converter.forget(partition);
      }
      partitions.forEach(unchecked::remove);
      past.cancel(partitions);
      outbox.discardDisowned();
    }
  }
}
