package org.aragora.telemetry.processor.health;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
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
  private static final Duration PEEK_TIMEOUT = Duration.ofSeconds(2);

  /** Offsets before the end at which the newest record is looked for; the last may be a marker. */
  private static final int NEWEST = 2;

  /** The newest record of a partition: where the partition ends, its append time, when seen. */
  private record Newest(long end, long appendMs, long atNanos) {}

  /** The answers of one poll; {@code askedAtNanos} is earlier than all of them. */
  private record Answers(
      long askedAtNanos,
      Map<InputPartition, Long> committed,
      Map<InputPartition, PartitionEnds.Unread> unread,
      Map<InputPartition, Long> appendedAtNanos) {}

  /** Records that cannot be read, at one last stable offset. */
  private record Held(long stable, long records, long sinceNanos) {}

  private final Admin admin;
  private final Consumer<byte[], byte[]> peeker;
  private final Inputs inputs;
  private final BooleanSupplier needsAppendTimes;
  private final PartitionEnds ends;
  private final Map<TopicPartition, Held> held = new ConcurrentHashMap<>();
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
    this.ends = new PartitionEnds(admin, peeker, TIMEOUT);
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
    if (needsAppendTimes.getAsBoolean()) {
      held.forEach((tp, of) -> appendedAtNanos.put(inputs.partitions().get(tp), of.sinceNanos()));
      appendedAtNanos(readable)
          .forEach((tp, nanos) -> appendedAtNanos.put(inputs.partitions().get(tp), nanos));
    }
    last = new Answers(askedAtNanos, committedByPartition, unread, appendedAtNanos);
  }

  /**
   * {@link System#nanoTime} at which the next record of each partition was appended, if the newest
   * was appended when it was seen first.
   */
  private Map<TopicPartition, Long> appendedAtNanos(
      Map<TopicPartition, PartitionEnds.Unread> unread) {
    Map<TopicPartition, Long> positions = new HashMap<>();
    Map<TopicPartition, Long> grown = new HashMap<>();
    newest.keySet().retainAll(unread.keySet());
    unread.forEach(
        (partition, found) -> {
          positions.put(partition, found.position());
          Newest known = newest.get(partition);
          if (known == null || known.end() != end(found)) {
            grown.put(partition, Math.max(found.position(), end(found) - NEWEST));
          }
        });
    peek(grown)
        .forEach(
            (partition, appendMs) -> {
              PartitionEnds.Unread found = unread.get(partition);
              if (found != null) {
                newest.put(partition, new Newest(end(found), appendMs, nanoClock.getAsLong()));
              }
            });
    Map<TopicPartition, Long> appended = new HashMap<>();
    peek(positions)
        .forEach(
            (partition, appendMs) -> {
              Newest of = newest.get(partition);
              if (of != null) {
                long agoMs = Math.max(0, of.appendMs() - appendMs);
                appended.put(partition, of.atNanos() - TimeUnit.MILLISECONDS.toNanos(agoMs));
              }
            });
    return appended;
  }

  private static long end(PartitionEnds.Unread unread) {
    return unread.position() + unread.readable();
  }

  private void hold(TopicPartition partition, PartitionEnds.Unread found, long nowNanos) {
    if (found.unstable() == 0) {
      held.remove(partition);
      return;
    }
    long stable = found.position() + found.readable();
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
