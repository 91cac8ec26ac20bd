package org.aragora.telemetry.processor.health;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/** Append times of unread records, on the clock of this process. For one thread. */
final class AppendTimes {
  private static final Duration PEEK_TIMEOUT = Duration.ofSeconds(2);

  /** Offsets before the end at which the newest record is looked for; the last may be a marker. */
  private static final int NEWEST = 2;

  private final Consumer<byte[], byte[]> peeker;
  private final LongSupplier nanoClock;
  private final Map<TopicPartition, Newest> newest = new HashMap<>();

  /** The newest record of a partition: where the partition ends, its append time, when seen. */
  private record Newest(long end, long appendMs, long atNanos) {}

  /**
   * When a record was appended.
   *
   * @param brokerMs its timestamp from the broker, milliseconds since 1970
   * @param atNanos {@link System#nanoTime}
   */
  record Appended(long brokerMs, long atNanos) {}

  /** {@code peeker}: read_committed, not in any group. */
  AppendTimes(Consumer<byte[], byte[]> peeker, LongSupplier nanoClock) {
    this.peeker = peeker;
    this.nanoClock = nanoClock;
  }

  /**
   * When the next record of each partition was appended; {@code atNanos} if the newest was appended
   * when it was seen first.
   */
  Map<TopicPartition, Appended> next(Map<TopicPartition, PartitionEnds.Unread> unread) {
    Map<TopicPartition, Long> positions = new HashMap<>();
    Map<TopicPartition, Long> grown = new HashMap<>();
    newest.keySet().retainAll(unread.keySet());
    unread.forEach(
        (partition, found) -> {
          positions.put(partition, found.position());
          Newest known = newest.get(partition);
          if (known == null || known.end() != found.stableEnd()) {
            grown.put(partition, Math.max(found.position(), found.stableEnd() - NEWEST));
          }
        });
    peek(grown)
        .forEach(
            (partition, appendMs) -> {
              PartitionEnds.Unread found = unread.get(partition);
              if (found != null) {
                newest.put(
                    partition, new Newest(found.stableEnd(), appendMs, nanoClock.getAsLong()));
              }
            });
    Map<TopicPartition, Appended> appended = new HashMap<>();
    peek(positions)
        .forEach(
            (partition, appendMs) -> {
              Newest of = newest.get(partition);
              if (of != null) {
                long agoMs = Math.max(0, of.appendMs() - appendMs);
                appended.put(
                    partition,
                    new Appended(appendMs, of.atNanos() - TimeUnit.MILLISECONDS.toNanos(agoMs)));
              }
            });
    return appended;
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
}
