package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From records as they are read to units in the outbox. Where the converter looks back, a
 * partition's first records wait until its past has been read. Owned by the loop's thread.
 */
final class Reading<P> {

  private static final Logger LOG = LoggerFactory.getLogger(Reading.class);

  private final Consumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, PartitionProgress> owned;
  private final Converter<P> converter;
  private final Intake<P> intake;
  private final Outbox<P> outbox;
  private final ExporterMetrics metrics;
  private final PastReader past;
  private final Duration longestPoll;

  Reading(
      Consumer<byte[], byte[]> consumer,
      Supplier<Consumer<byte[], byte[]>> pastConsumers,
      Map<TopicPartition, PartitionProgress> owned,
      Converter<P> converter,
      Intake<P> intake,
      Outbox<P> outbox,
      ExporterMetrics metrics,
      Duration longestPoll) {
    this.consumer = consumer;
    this.owned = owned;
    this.converter = converter;
    this.intake = intake;
    this.outbox = outbox;
    this.metrics = metrics;
    this.longestPoll = longestPoll;
    past = new PastReader(pastConsumers);
  }

  /** Takes what a poll gave. */
  void accept(ConsumerRecords<byte[], byte[]> records) {
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

  /** Reads on in the past of the partitions that wait for it. */
  void readPast() {
    try {
      for (PartitionProgress progress : List.copyOf(owned.values())) {
        if (progress.isDeferring() && !past.isReading(progress.partition())) {
          beginPast(progress);
        }
      }
      if (past.isReading()) {
        for (TopicPartition done : past.step(longestPoll, converter::remember)) {
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

  /** Partitions went: their past is of no interest. */
  void forget(Collection<TopicPartition> partitions) {
    partitions.forEach(converter::forget);
    past.cancel(partitions);
  }

  void close() {
    past.close();
  }
}
