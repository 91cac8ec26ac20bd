package org.aragora.telemetry.processor.health;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.flow.ConsumedOffsets;

/**
 * Polls the committed offsets of the whole group and the ends of the input partitions, about once a
 * second. Each result is published as a whole, so that readers see one moment.
 */
public final class OffsetWatch implements ConsumedOffsets {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** The answers of one poll; {@code askedAtNanos} is earlier than all of them. */
  private record Answers(
      long askedAtNanos,
      Map<InputPartition, Long> committed,
      Map<InputPartition, PartitionEnds.Unread> unread,
      Map<InputPartition, Long> appendedAtNanos,
      Map<InputPartition, Long> appendedMs) {}

  /** Records that cannot be read, at one last stable offset. */
  private record Held(long stable, long records, long sinceNanos) {}

  private final Admin admin;
  private final Inputs inputs;
  private final BooleanSupplier needsAppendTimes;
  private final PartitionEnds ends;
  private final Map<TopicPartition, Held> held = new ConcurrentHashMap<>();
  private final Map<InputPartition, IdleTime> idle = new ConcurrentHashMap<>();
  private final AppendTimes appendTimes;
  private final LongSupplier nanoClock;
  private volatile Answers last = new Answers(0, Map.of(), Map.of(), Map.of(), Map.of());

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
    this.inputs = inputs;
    this.ends = new PartitionEnds(admin, peeker, TIMEOUT);
    this.appendTimes = new AppendTimes(peeker, nanoClock);
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
    Map<TopicPartition, Long> positions = new HashMap<>();
    inputs
        .partitions()
        .keySet()
        .forEach(
            partition -> {
              OffsetAndMetadata offset = committed.get(partition);
              long begin = begins.getOrDefault(partition, 0L);
              positions.put(partition, offset == null ? begin : Math.max(begin, offset.offset()));
            });
    Map<InputPartition, Long> committedByPartition = new HashMap<>();
    Map<InputPartition, PartitionEnds.Unread> unread = new HashMap<>();
    Map<TopicPartition, PartitionEnds.Unread> readable = new HashMap<>();
    ends.from(positions)
        .forEach(
            (topicPartition, found) -> {
              InputPartition partition = inputs.partitions().get(topicPartition);
              long position = positions.getOrDefault(topicPartition, found.position());
              committedByPartition.put(partition, position);
              unread.put(partition, found);
              hold(topicPartition, found, askedAtNanos);
              if (found.readable() > 0) {
                readable.put(topicPartition, found);
              } else if (found.lag() == 0) {
                idle.compute(
                    partition, (of, known) -> IdleTime.seen(known, position, askedAtNanos));
              }
            });
    Map<InputPartition, Long> appendedAtNanos = new HashMap<>();
    Map<InputPartition, Long> appendedMs = new HashMap<>();
    if (needsAppendTimes.getAsBoolean()) {
      held.forEach((tp, of) -> appendedAtNanos.put(inputs.partitions().get(tp), of.sinceNanos()));
      appendTimes
          .next(readable)
          .forEach(
              (tp, appended) -> {
                appendedAtNanos.put(inputs.partitions().get(tp), appended.atNanos());
                appendedMs.put(inputs.partitions().get(tp), appended.brokerMs());
              });
    }
    last = new Answers(askedAtNanos, committedByPartition, unread, appendedAtNanos, appendedMs);
  }

  private void hold(TopicPartition partition, PartitionEnds.Unread found, long nowNanos) {
    if (found.unstable() == 0) {
      held.remove(partition);
      return;
    }
    long stable = found.stableEnd();
    held.compute(
        partition,
        (of, known) ->
            new Held(
                stable,
                found.unstable(),
                known != null && known.stable() == stable ? known.sinceNanos() : nowNanos));
  }

  /**
   * Sentence about the records that an open transaction has held back for longest.
   *
   * @param longerThan shorter times are left out: transactions are open all the time
   */
  public Optional<String> heldBack(Duration longerThan) {
    long nowNanos = nanoClock.getAsLong();
    return held.entrySet().stream()
        .filter(of -> nowNanos - of.getValue().sinceNanos() > longerThan.toNanos())
        .min(Comparator.comparingLong(of -> of.getValue().sinceNanos()))
        .map(
            of ->
                "%d records of %s cannot be read: a transaction at offset %d has been open for %d s; see kafka-transactions.sh find-hanging"
                    .formatted(
                        of.getValue().records(),
                        of.getKey(),
                        of.getValue().stable(),
                        TimeUnit.NANOSECONDS.toSeconds(nowNanos - of.getValue().sinceNanos())));
  }

  /** Offsets of partitions as a read_committed consumer sees them. */
  public static Map<TopicPartition, Long> offsets(
      Admin admin, Set<TopicPartition> partitions, OffsetSpec spec, Duration timeout)
      throws ExecutionException, InterruptedException, TimeoutException {
    return offsets(admin, partitions, spec, IsolationLevel.READ_COMMITTED, timeout);
  }

  static Map<TopicPartition, Long> offsets(
      Admin admin,
      Set<TopicPartition> partitions,
      OffsetSpec spec,
      IsolationLevel isolation,
      Duration timeout)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    partitions.forEach(partition -> request.put(partition, spec));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    admin
        .listOffsets(request, new ListOffsetsOptions(isolation))
        .all()
        .get(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .forEach((partition, found) -> offsets.put(partition, found.offset()));
    return offsets;
  }

  @Override
  public OptionalLong lagRecords(InputPartition partition) {
    PartitionEnds.Unread unread = last.unread().get(partition);
    return unread == null ? OptionalLong.empty() : OptionalLong.of(unread.lag());
  }

  @Override
  public OptionalLong unstableRecords(InputPartition partition) {
    PartitionEnds.Unread unread = last.unread().get(partition);
    return unread == null ? OptionalLong.empty() : OptionalLong.of(unread.unstable());
  }

  @Override
  public OptionalLong unreadAgeMs(InputPartition partition) {
    Long appended = last.appendedAtNanos().get(partition);
    return appended == null
        ? OptionalLong.empty()
        : OptionalLong.of(TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - appended));
  }

  @Override
  public OptionalLong unreadAppendMs(InputPartition partition, long askedFromNanos) {
    Answers current = last;
    Long appendedMs = current.appendedMs().get(partition);
    return appendedMs == null || current.askedAtNanos() - askedFromNanos < 0
        ? OptionalLong.empty()
        : OptionalLong.of(appendedMs);
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
    PartitionEnds.Unread unread = current.unread().get(partition);
    return unread != null && unread.lag() == 0
        ? OptionalLong.of(current.askedAtNanos())
        : OptionalLong.empty();
  }

  /** Committed position of every input partition, as of the last poll; changes mean progress. */
  public Map<InputPartition, Long> committed() {
    return last.committed();
  }

  /**
   * Number of records that were ever appended to the input partitions, as of the last poll. The end
   * of each transaction counts as one, too. Empty before the first poll.
   */
  public OptionalLong appendedRecords() {
    Answers current = last;
    return current.unread().isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(
            current.unread().values().stream()
                .mapToLong(unread -> unread.position() + unread.lag())
                .sum());
  }

  /** Returns true if unread records that can be read were left at the last poll. */
  public boolean isBehind() {
    return last.unread().values().stream().anyMatch(unread -> unread.readable() > 0);
  }

  /** {@link System#nanoTime} of the last poll that was answered; empty before the first. */
  public OptionalLong lastAnswerNanos() {
    Answers current = last;
    return current.committed().isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(current.askedAtNanos());
  }
}
