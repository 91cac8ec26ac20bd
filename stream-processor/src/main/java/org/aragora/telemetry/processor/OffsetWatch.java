package org.aragora.telemetry.processor;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.flow.PartitionProgress;
import org.aragora.telemetry.schemas.topic.InputTopic;

/**
 * Asks the broker, about once a second, how far the whole group has committed and where the input
 * partitions end. What it knows is published as a whole, so that readers see one moment.
 */
final class OffsetWatch implements PartitionProgress {
  private static final long TIMEOUT_SECONDS = 5;
  private static final Duration PEEK_TIMEOUT = Duration.ofSeconds(2);

  /** What one look found; {@code askedAtNanos} lies before every answer in it. */
  private record Look(
      long askedAtNanos,
      Map<InputPartition, Long> committed,
      Map<InputPartition, Long> lag,
      Map<InputPartition, Long> nextUnreadMs) {}

  private final Admin admin;
  private final Consumer<byte[], byte[]> peeker;
  private final String group;
  private final Map<TopicPartition, InputPartition> partitions = new HashMap<>();
  private final BooleanSupplier needsAppendTimes;
  private final Map<InputPartition, Long> lastReadToEndMs = new ConcurrentHashMap<>();
  private final Clock clock;
  private volatile Look look = new Look(0, Map.of(), Map.of(), Map.of());

  /**
   * Watches every input partition.
   *
   * @param peeker read_committed, not in any group; used by the watching thread alone
   * @param needsAppendTimes whether anyone asks for the append time of unread records now
   */
  OffsetWatch(
      Admin admin,
      Consumer<byte[], byte[]> peeker,
      String group,
      String topicPrefix,
      Map<InputTopic, Integer> inputPartitions,
      BooleanSupplier needsAppendTimes,
      Clock clock) {
    this.clock = clock;
    this.admin = admin;
    this.peeker = peeker;
    this.group = group;
    this.needsAppendTimes = needsAppendTimes;
    inputPartitions.forEach(
        (topic, count) -> {
          for (int i = 0; i < count; i++) {
            partitions.put(
                new TopicPartition(topic.under(topicPrefix), i), new InputPartition(topic, i));
          }
        });
  }

  /** Asks once and publishes what it learns. */
  void look() throws ExecutionException, InterruptedException, TimeoutException {
    long askedAtNanos = System.nanoTime();
    long askedAtMs = clock.millis();
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    Map<TopicPartition, Long> begins = offsets(OffsetSpec.earliest());
    Map<TopicPartition, Long> ends = offsets(OffsetSpec.latest());
    Map<InputPartition, Long> committedByPartition = new HashMap<>();
    Map<InputPartition, Long> lag = new HashMap<>();
    Map<TopicPartition, Long> unread = new HashMap<>();
    partitions.forEach(
        (topicPartition, partition) -> {
          OffsetAndMetadata offset = committed.get(topicPartition);
          long begin = begins.getOrDefault(topicPartition, 0L);
          long position = offset == null ? begin : Math.max(begin, offset.offset());
          long behind = Math.max(0, ends.getOrDefault(topicPartition, position) - position);
          committedByPartition.put(partition, position);
          lag.put(partition, behind);
          if (behind > 0) {
            unread.put(topicPartition, position);
          } else {
            lastReadToEndMs.merge(partition, askedAtMs, Math::max);
          }
        });
    Map<InputPartition, Long> nextUnreadMs = new HashMap<>();
    if (needsAppendTimes.getAsBoolean()) {
      peek(unread).forEach((tp, ms) -> nextUnreadMs.put(partition(tp), ms));
    }
    look = new Look(askedAtNanos, committedByPartition, lag, nextUnreadMs);
  }

  private InputPartition partition(TopicPartition topicPartition) {
    InputPartition partition = partitions.get(topicPartition);
    if (partition == null) {
      throw new IllegalStateException(topicPartition + " is not watched");
    }
    return partition;
  }

  private Map<TopicPartition, Long> offsets(OffsetSpec spec)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    partitions.keySet().forEach(partition -> request.put(partition, spec));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (Map.Entry<TopicPartition, ListOffsetsResultInfo> entry :
        admin
            .listOffsets(request, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
            .all()
            .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .entrySet()) {
      offsets.put(entry.getKey(), entry.getValue().offset());
    }
    return offsets;
  }

  /** Append time of the first record at or after each offset. */
  private Map<TopicPartition, Long> peek(Map<TopicPartition, Long> from) {
    Map<TopicPartition, Long> appendTimes = new HashMap<>();
    if (from.isEmpty()) {
      return appendTimes;
    }
    Set<TopicPartition> waiting = new HashSet<>(from.keySet());
    peeker.assign(waiting);
    from.forEach(peeker::seek);
    long untilNanos = System.nanoTime() + PEEK_TIMEOUT.toNanos();
    while (!waiting.isEmpty() && System.nanoTime() < untilNanos) {
      ConsumerRecords<byte[], byte[]> records = peeker.poll(Duration.ofMillis(100));
      for (TopicPartition partition : records.partitions()) {
        List<ConsumerRecord<byte[], byte[]>> found = records.records(partition);
        appendTimes.putIfAbsent(partition, found.get(0).timestamp());
        waiting.remove(partition);
      }
      peeker.pause(appendTimes.keySet());
    }
    peeker.assign(Set.of());
    return appendTimes;
  }

  @Override
  public OptionalLong lagRecords(InputPartition partition) {
    return optional(look.lag().get(partition));
  }

  @Override
  public OptionalLong nextUnreadAppendTimeMs(InputPartition partition) {
    return optional(look.nextUnreadMs().get(partition));
  }

  @Override
  public OptionalLong lastReadToEndMs(InputPartition partition) {
    return optional(lastReadToEndMs.get(partition));
  }

  @Override
  public OptionalLong readToEndAtNanos(InputPartition partition) {
    Look current = look;
    Long lag = current.lag().get(partition);
    return lag != null && lag == 0 ? OptionalLong.of(current.askedAtNanos()) : OptionalLong.empty();
  }

  /** Committed position of every input partition, as of the last look; changes mean progress. */
  Map<InputPartition, Long> committed() {
    return look.committed();
  }

  /** Whether there was anything left to read at the last look. */
  boolean isBehind() {
    return look.lag().values().stream().anyMatch(lag -> lag > 0);
  }

  /** {@link System#nanoTime} of the last look that was answered, empty before the first. */
  OptionalLong lastLookNanos() {
    Look current = look;
    return current.committed().isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(current.askedAtNanos());
  }

  private static OptionalLong optional(@org.jspecify.annotations.Nullable Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
