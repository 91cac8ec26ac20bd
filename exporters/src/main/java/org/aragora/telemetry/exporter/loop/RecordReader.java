package org.aragora.telemetry.exporter.loop;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.exporter.deadletter.RecordDecoder;
import org.aragora.telemetry.exporter.partition.PartitionOffsets;
import org.aragora.telemetry.exporter.partition.PastReader;
import org.aragora.telemetry.exporter.partition.PendingRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converts the records of each poll and adds them to the batch queue. If the converter looks back,
 * a partition's first records wait until its past has been read. Owned by the loop's thread.
 */
final class RecordReader<P> {

  private static final Logger LOG = LoggerFactory.getLogger(RecordReader.class);
  private static final Duration PAST_POLL = Duration.ofMillis(50);

  private final LoopContext context;
  private final Map<TopicPartition, PartitionOffsets> owned;
  private final Converter<P> converter;
  private final RecordDecoder<P> decoder;
  private final BatchQueue<P> queue;
  private final PastReader past;

  /**
   * @param owned the loop's partitions, a view that changes
   */
  RecordReader(
      LoopContext context,
      Map<TopicPartition, PartitionOffsets> owned,
      Converter<P> converter,
      BatchQueue<P> queue) {
    this.context = context;
    this.owned = owned;
    this.converter = converter;
    this.queue = queue;
    LoopSettings settings = context.settings();
    decoder = new RecordDecoder<>(converter, settings.exporter(), settings.redriveTopic());
    past = new PastReader(context.clients().pastConsumers());
  }

  /** Accepts the result of a poll. */
  void accept(ConsumerRecords<byte[], byte[]> records) {
    for (TopicPartition partition : records.partitions()) {
      PartitionOffsets offsets = owned.get(partition);
      if (offsets == null) {
        throw new IllegalStateException(
            "Records of %s, which is not assigned.".formatted(partition));
      }
      List<ConsumerRecord<byte[], byte[]>> polled = records.records(partition);
      if (!offsets.isPastKnown() && !converter.lookback(partition.topic()).isZero()) {
        offsets.defer(polled);
      } else {
        polled.forEach(record -> accept(offsets, record));
      }
    }
    records
        .nextOffsets()
        .forEach(
            (partition, next) -> {
              PartitionOffsets offsets = owned.get(partition);
              if (offsets != null) {
                offsets.moveTo(next.offset());
              }
            });
  }

  private void accept(PartitionOffsets offsets, ConsumerRecord<byte[], byte[]> record) {
    offsets.onRead(record);
    RecordDecoder.DecodedRecord<P> decoded = decoder.decode(record);
    if (decoded.conversion() instanceof Conversion.Skip<P> skip) {
      context.metrics().skipped(offsets.partition(), skip.reason());
    } else if (decoded.conversion() instanceof Conversion.Export<P> export) {
      PendingRecord<P> pending = new PendingRecord<>(record, decoded.origin(), export, offsets);
      offsets.add(pending);
      queue.add(pending);
    } else if (decoded.conversion() instanceof Conversion.Failed<P> failed) {
      PendingRecord<P> pending =
          PendingRecord.unconverted(record, decoded.origin(), failed.start(), offsets);
      offsets.add(pending);
      queue.deadLetter(pending, Answer.Reason.UNCONVERTIBLE, String.valueOf(failed.defect()));
    }
  }

  /** Reads on in the past of the partitions that wait for it. */
  void readPast() {
    try {
      for (PartitionOffsets offsets : List.copyOf(owned.values())) {
        if (offsets.isDeferring() && !past.isReading(offsets.partition())) {
          beginPast(offsets);
        }
      }
      if (past.isReading()) {
        for (TopicPartition complete : past.poll(PAST_POLL, converter::remember)) {
          PartitionOffsets offsets = owned.get(complete);
          if (offsets != null) {
            acceptDeferred(offsets);
          }
        }
      }
    } catch (RetriableException e) {
      LOG.warn("A partition's past could not be read and is tried again: {}", e.toString());
    }
  }

  private void beginPast(PartitionOffsets offsets) {
    TopicPartition partition = offsets.partition();
    long from = offsets.oldestTimestampMs(true) - converter.lookback(partition.topic()).toMillis();
    if (!past.begin(partition, from, offsets.firstDeferred().orElse(0))) {
      acceptDeferred(offsets);
    }
  }

  /** Accepts the records of a partition that wait for its past, without it. */
  void acceptDeferred(TopicPartition partition) {
    PartitionOffsets offsets = owned.get(partition);
    if (offsets != null && offsets.isDeferring()) {
      past.cancel(List.of(partition));
      acceptDeferred(offsets);
    }
  }

  private void acceptDeferred(PartitionOffsets offsets) {
    offsets.onPastRead().forEach(record -> accept(offsets, record));
    offsets.moveTo(context.clients().consumer().position(offsets.partition()));
  }

  /** Forgets the past of lost partitions. */
  void forget(Collection<TopicPartition> partitions) {
    partitions.forEach(converter::forget);
    past.cancel(partitions);
  }

  void close() {
    past.close();
  }
}
