package org.aragora.telemetry.exporter.health;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.TopicPartition;

/**
 * Lag of the owned partitions, and the records of each that this process has exported, left out or
 * written as dead letters. The loop writes them, the page reads them.
 */
final class PartitionTallies {
  private final Map<TopicPartition, Tally> tallies = new ConcurrentHashMap<>();
  private volatile Lag lag = new Lag(Map.of(), Map.of());

  /** Offsets of the owned partitions. */
  private record Lag(Map<TopicPartition, Long> records, Map<TopicPartition, Long> heldBack) {}

  /** Records of one partition. */
  private record Tally(LongAdder exported, LongAdder skipped, LongAdder deadLettered) {
    Tally() {
      this(new LongAdder(), new LongAdder(), new LongAdder());
    }
  }

  private Tally of(TopicPartition partition) {
    return tallies.computeIfAbsent(partition, each -> new Tally());
  }

  void exported(TopicPartition partition) {
    of(partition).exported().increment();
  }

  void skipped(TopicPartition partition) {
    of(partition).skipped().increment();
  }

  void deadLettered(TopicPartition partition) {
    of(partition).deadLettered().increment();
  }

  void lag(Map<TopicPartition, Long> records, Map<TopicPartition, Long> heldBack) {
    lag = new Lag(Map.copyOf(records), Map.copyOf(heldBack));
  }

  /** Partitions of the last lag. */
  Set<TopicPartition> owned() {
    return lag.records().keySet();
  }

  /** Returns the figures of all partitions that are owned or were read, in order. */
  List<ExporterFigures.Partition> figures() {
    Lag now = lag;
    Set<TopicPartition> partitions = new HashSet<>(now.records().keySet());
    partitions.addAll(tallies.keySet());
    return partitions.stream()
        .sorted(
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition))
        .map(each -> figures(each, now, tallies.getOrDefault(each, new Tally())))
        .toList();
  }

  private static ExporterFigures.Partition figures(TopicPartition partition, Lag lag, Tally tally) {
    return new ExporterFigures.Partition(
        partition.topic(),
        partition.partition(),
        lag.records().getOrDefault(partition, 0L),
        lag.heldBack().getOrDefault(partition, 0L),
        tally.exported().sum(),
        tally.skipped().sum(),
        tally.deadLettered().sum());
  }
}
