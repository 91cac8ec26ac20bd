package org.aragora.telemetry.replay.read;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.chassis.main.Failures;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/** Resolves the ends of a range to offsets, and detects records that retention has removed. */
public final class RangeResolver {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Consumer<byte[], byte[]> consumer;
  private final String topicPrefix;
  private final boolean allowGaps;
  private final Clock clock;

  /** {@code consumer}: read_committed, so that the range has committed records only. */
  public RangeResolver(
      Consumer<byte[], byte[]> consumer, String topicPrefix, boolean allowGaps, Clock clock) {
    this.clock = clock;
    this.consumer = consumer;
    this.topicPrefix = topicPrefix;
    this.allowGaps = allowGaps;
  }

  /**
   * The offsets of a range, for every input partition.
   *
   * @throws ReplayException if records of the range are gone and gaps are not allowed
   */
  public SortedMap<InputPartition, Bounds> resolve(Limit from, Limit to) {
    Map<TopicPartition, InputPartition> partitions = partitions();
    checkNamed(from, partitions);
    checkNamed(to, partitions);
    consumer.assign(partitions.keySet()); // else the client warns of each answer
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions.keySet(), PATIENCE);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions.keySet(), PATIENCE);
    Map<TopicPartition, @Nullable OffsetAndTimestamp> firsts = atTime(from, partitions);
    Map<TopicPartition, @Nullable OffsetAndTimestamp> lasts = atTime(to, partitions);
    SortedMap<InputPartition, Bounds> bounds = new TreeMap<>();
    TreeMap<InputPartition, String> gaps = new TreeMap<>();
    partitions.forEach(
        (topicPartition, partition) -> {
          long begin = begins.getOrDefault(topicPartition, 0L);
          long end = ends.getOrDefault(topicPartition, begin);
          long last = Math.min(end, offset(to, partition, lasts.get(topicPartition), end, end));
          long asked = offset(from, partition, firsts.get(topicPartition), 0, end);
          boolean cut =
              from instanceof Limit.AppendTime
                  ? begin > 0 && asked <= begin && last >= begin
                  : asked < Math.min(begin, last);
          if (cut) {
            gaps.put(partition, "%s begins at offset %d".formatted(topicPartition, begin));
          }
          long first = Math.max(begin, asked);
          bounds.put(partition, new Bounds(first, Math.max(first, last)));
        });
    if (!gaps.isEmpty() && !allowGaps) {
      throw new ReplayException(
          "Retention has cut into the range: %s%s, and what was before is gone; begin later with --from, or count what is left with --allow-gaps."
              .formatted(
                  gaps.firstEntry().getValue(),
                  gaps.size() == 1 ? "" : " (and %d more partitions)".formatted(gaps.size() - 1)));
    }
    return bounds;
  }

  private Map<TopicPartition, InputPartition> partitions() {
    Map<TopicPartition, InputPartition> partitions = new HashMap<>();
    for (InputTopic topic : InputTopic.values()) {
      String name = topic.under(topicPrefix);
      List<PartitionInfo> found;
      try {
        found = consumer.partitionsFor(name, PATIENCE);
      } catch (KafkaException e) {
        throw new ReplayException(
            "The broker did not report the partitions of %s: %s"
                .formatted(name, Failures.withCauses(e)),
            e);
      }
      if (found == null || found.isEmpty()) {
        throw new ReplayException(
            "There is no topic %s; is ARAGORA_TELEMETRY_TOPIC_PREFIX right?".formatted(name));
      }
      for (PartitionInfo info : found) {
        partitions.put(
            new TopicPartition(name, info.partition()),
            new InputPartition(topic, info.partition()));
      }
    }
    return partitions;
  }

  private static void checkNamed(Limit limit, Map<TopicPartition, InputPartition> partitions) {
    if (limit instanceof Limit.Offsets offsets) {
      for (InputPartition named : offsets.offsets().keySet()) {
        if (!partitions.containsValue(named)) {
          throw new InvalidSettingException("There is no input partition %s.".formatted(named));
        }
      }
    }
  }

  private Map<TopicPartition, @Nullable OffsetAndTimestamp> atTime(
      Limit limit, Map<TopicPartition, InputPartition> partitions) {
    Map<TopicPartition, @Nullable OffsetAndTimestamp> found = new HashMap<>();
    if (limit instanceof Limit.AppendTime time) {
      if (time.ms() > clock.millis()) {
        return found; // after everything
      }
      Map<TopicPartition, Long> question = new HashMap<>();
      partitions.keySet().forEach(partition -> question.put(partition, time.ms()));
      found.putAll(consumer.offsetsForTimes(question, PATIENCE));
    }
    return found;
  }

  /** {@code afterAll}: the result if nothing was appended at or after a time. */
  private static long offset(
      Limit limit,
      InputPartition partition,
      @Nullable OffsetAndTimestamp atTime,
      long open,
      long afterAll) {
    if (limit instanceof Limit.AppendTime) {
      return atTime == null ? afterAll : atTime.offset();
    }
    return limit instanceof Limit.Offsets offsets
        ? offsets.offsets().getOrDefault(partition, open)
        : open;
  }
}
