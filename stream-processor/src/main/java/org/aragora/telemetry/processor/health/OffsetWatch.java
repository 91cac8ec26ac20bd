package org.aragora.telemetry.processor.health;

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
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.flow.ConsumedOffsets;
import org.jspecify.annotations.Nullable;

/**
 * Polls the committed offsets of the whole group and the ends of the input partitions, about once a
 * second. Each result is published as a whole, so that readers see one moment.
 */
public final class OffsetWatch implements ConsumedOffsets {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration PEEK_TIMEOUT = Duration.ofSeconds(2);

  /** Offsets before the end at which the newest record is looked for; the last may be a marker. */
  private static final int NEWEST = 2;

  private static final long NANOS_PER_MS = 1_000_000;

  /** The newest record of a partition: where the partition ends, its append time, when seen. */
  private record Newest(long end, long appendMs, long atNanos) {}

  /** Append times of the next unread record and of the newest one. */
  private record Unread(long appendMs, Newest newest) {}

  /** The answers of one poll; {@code askedAtNanos} is earlier than all of them. */
  private record Answers(
      long askedAtNanos,
      Map<InputPartition, Long> committed,
      Map<InputPartition, Long> lag,
      Map<InputPartition, Unread> unread) {}

  private final Admin admin;
  private final Consumer<byte[], byte[]> peeker;
  private final Inputs inputs;
  private final BooleanSupplier needsAppendTimes;
  private final Map<InputPartition, IdleTime> idle = new ConcurrentHashMap<>();
  private final Map<TopicPartition, Newest> newest = new HashMap<>();
  private final LongSupplier nanoClock;
  private volatile Answers last = new Answers(0, Map.of(), Map.of(), Map.of());

  /** The input partitions of a consumer group. */
  public record Inputs(String group, Map<TopicPartition, InputPartition> partitions) {}

  /**
   * Watches every input partition.
   *
   * @param peeker read_committed, not in any group; used by the watching thread alone
   * @param needsAppendTimes whether this process serves the append times of unread records now
   */
  public OffsetWatch(
      Admin admin,
      Consumer<byte[], byte[]> peeker,
      Inputs inputs,
      BooleanSupplier needsAppendTimes,
      LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.admin = admin;
    this.peeker = peeker;
    this.inputs = inputs;
    this.needsAppendTimes = needsAppendTimes;
  }

  /** Asks once and publishes the answers. */
  public void refresh() throws ExecutionException, InterruptedException, TimeoutException {
    long askedAtNanos = nanoClock.getAsLong();
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin
            .listConsumerGroupOffsets(inputs.group())
            .partitionsToOffsetAndMetadata()
            .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    Map<TopicPartition, Long> begins =
        offsets(admin, inputs.partitions().keySet(), OffsetSpec.earliest(), TIMEOUT);
    Map<TopicPartition, Long> ends =
        offsets(admin, inputs.partitions().keySet(), OffsetSpec.latest(), TIMEOUT);
    Map<InputPartition, Long> committedByPartition = new HashMap<>();
    Map<InputPartition, Long> lag = new HashMap<>();
    Map<TopicPartition, Long> unread = new HashMap<>();
    inputs
        .partitions()
        .forEach(
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
                idle.compute(
                    partition, (of, known) -> IdleTime.seen(known, position, askedAtNanos));
              }
            });
    last =
        new Answers(
            askedAtNanos,
            committedByPartition,
            lag,
            needsAppendTimes.getAsBoolean() ? unread(unread, ends) : Map.of());
  }

  /** Append times of the next and of the newest record, by the positions of unread partitions. */
  private Map<InputPartition, Unread> unread(
      Map<TopicPartition, Long> positions, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> next = peek(positions);
    newest.keySet().retainAll(positions.keySet());
    Map<TopicPartition, Long> grown = new HashMap<>();
    positions.forEach(
        (partition, position) -> {
          long end = ends.get(partition);
          Newest known = newest.get(partition);
          if (known == null || known.end() != end) {
            grown.put(partition, Math.max(position, end - NEWEST));
          }
        });
    peek(grown)
        .forEach(
            (partition, appendMs) ->
                newest.put(
                    partition, new Newest(ends.get(partition), appendMs, nanoClock.getAsLong())));
    Map<InputPartition, Unread> found = new HashMap<>();
    next.forEach(
        (partition, appendMs) -> {
          Newest of = newest.get(partition);
          if (of != null) {
            found.put(inputs.partitions().get(partition), new Unread(appendMs, of));
          }
        });
    return found;
  }

  /** Offsets of partitions as a read_committed consumer sees them. */
  public static Map<TopicPartition, Long> offsets(
      Admin admin, Set<TopicPartition> partitions, OffsetSpec spec, Duration timeout)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    partitions.forEach(partition -> request.put(partition, spec));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    admin
        .listOffsets(request, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
        .all()
        .get(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .forEach((partition, found) -> offsets.put(partition, found.offset()));
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
    return optional(last.lag().get(partition));
  }

  @Override
  public OptionalLong unreadAgeMs(InputPartition partition) {
    Unread unread = last.unread().get(partition);
    if (unread == null) {
      return OptionalLong.empty();
    }
    Newest of = unread.newest();
    long presentMs = of.appendMs() + (nanoClock.getAsLong() - of.atNanos()) / NANOS_PER_MS;
    return OptionalLong.of(Math.max(0, presentMs - unread.appendMs()));
  }

  @Override
  public OptionalLong idleNanos(InputPartition partition, long nextOffset) {
    IdleTime known = idle.get(partition);
    return known == null ? OptionalLong.empty() : known.nanos(nextOffset);
  }

  @Override
  public OptionalLong lastReadToEndNanos(InputPartition partition) {
    IdleTime known = idle.get(partition);
    return known == null ? OptionalLong.empty() : OptionalLong.of(known.lastNanos());
  }

  @Override
  public OptionalLong readToEndAtNanos(InputPartition partition) {
    Answers current = last;
    Long lag = current.lag().get(partition);
    return lag != null && lag == 0 ? OptionalLong.of(current.askedAtNanos()) : OptionalLong.empty();
  }

  /** Committed position of every input partition, as of the last poll; changes mean progress. */
  public Map<InputPartition, Long> committed() {
    return last.committed();
  }

  /** Returns true if unread records were left at the last poll. */
  public boolean isBehind() {
    return last.lag().values().stream().anyMatch(lag -> lag > 0);
  }

  /** {@link System#nanoTime} of the last poll that was answered; empty before the first. */
  public OptionalLong lastAnswerNanos() {
    Answers current = last;
    return current.committed().isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(current.askedAtNanos());
  }

  private static OptionalLong optional(@Nullable Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
