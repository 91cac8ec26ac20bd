package org.aragora.telemetry.chaos.prometheus;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.chaos.checks.CommittedOffsets;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.testbed.broker.BrokerTopics;

/**
 * Age of the oldest input record that was not committed as counted, in the worst partition, every
 * half second of a run. Its sources are the brokers only: append times and committed offsets.
 */
public final class TrueLag {
  private static final long STEP_MS = 500;

  private final NavigableMap<Long, Double> secondsByMs = new TreeMap<>();

  /**
   * Computes the ages.
   *
   * @param appendMs append time of each record, by partition and offset
   * @param committed committed offsets, by the time before they were asked for
   */
  TrueLag(
      Map<TopicPartition, NavigableMap<Long, Long>> appendMs,
      NavigableMap<Long, Map<TopicPartition, Long>> committed) {
    if (committed.isEmpty()) {
      return;
    }
    for (long ms = committed.firstKey(); ms <= committed.lastKey() + STEP_MS; ms += STEP_MS) {
      Map<TopicPartition, Long> offsets = committed.floorEntry(ms).getValue();
      long oldest = ms;
      for (Map.Entry<TopicPartition, NavigableMap<Long, Long>> partition : appendMs.entrySet()) {
        Map.Entry<Long, Long> next =
            partition.getValue().ceilingEntry(offsets.getOrDefault(partition.getKey(), 0L));
        oldest = Math.min(oldest, next == null ? ms : next.getValue());
      }
      secondsByMs.put(ms, (ms - oldest) / 1000.0);
    }
  }

  /** Reads the append times of all input records up to now. */
  public static TrueLag read(
      ChaosSettings settings, String bootstrapServers, CommittedOffsets offsets) {
    long nanos = System.nanoTime();
    long ms = System.currentTimeMillis();
    NavigableMap<Long, Map<TopicPartition, Long>> committed = new TreeMap<>();
    for (CommittedOffsets.Answer answer : offsets.answers()) {
      committed.put(
          ms - TimeUnit.NANOSECONDS.toMillis(nanos - answer.askedNanos()), answer.offsets());
    }
    List<TopicPartition> inputs =
        BrokerTopics.inputs(settings.topicPrefix(), ChaosSettings.PARTITIONS);
    Map<TopicPartition, NavigableMap<Long, Long>> appendMs = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer = BrokerTopics.consumer(bootstrapServers, inputs)) {
      BrokerTopics.readToEnd(
          consumer,
          record ->
              appendMs
                  .computeIfAbsent(
                      new TopicPartition(record.topic(), record.partition()), p -> new TreeMap<>())
                  .put(record.offset(), record.timestamp()));
    }
    return new TrueLag(appendMs, committed);
  }

  /** Returns the greatest age between two times in seconds since 1970, 0 if none is known. */
  double greatest(long fromSeconds, long toSeconds) {
    return secondsByMs.subMap(fromSeconds * 1000, true, toSeconds * 1000, true).values().stream()
        .mapToDouble(age -> age)
        .max()
        .orElse(0);
  }

  /** Returns the smallest age between two times in seconds since 1970, 0 if none is known. */
  double smallest(long fromSeconds, long toSeconds) {
    return secondsByMs.subMap(fromSeconds * 1000, true, toSeconds * 1000, true).values().stream()
        .mapToDouble(age -> age)
        .min()
        .orElse(0);
  }
}
