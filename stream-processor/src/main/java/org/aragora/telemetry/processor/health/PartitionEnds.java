package org.aragora.telemetry.processor.health;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * The ends of partitions, as they are for a reader of committed records. A record behind an open
 * transaction is there, but cannot be read. A record of an aborted transaction is never read, and
 * nobody commits the offset behind it until another record follows. For one thread.
 */
final class PartitionEnds {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final long PEEK_NANOS = 500_000_000;

  /**
   * A partition from a committed position on.
   *
   * @param position the first offset that a reader may still get a record from
   * @param readable offsets from there to the last stable offset
   * @param unstable offsets from there, or the last stable offset, to the high watermark
   */
  record Unread(long position, long readable, long unstable) {
    long lag() {
      return readable + unstable;
    }

    long stableEnd() {
      return position + readable;
    }
  }

  /** A stretch that contains no record for a reader. */
  private record Barren(long from, long to) {}

  private final Admin admin;
  private final Consumer<byte[], byte[]> peeker;
  private final Duration timeout;
  private final Map<TopicPartition, Barren> barren = new HashMap<>();
  private Map<TopicPartition, Long> lastPositions = Map.of();

  /** {@code peeker}: read_committed, not in any group. */
  PartitionEnds(Admin admin, Consumer<byte[], byte[]> peeker, Duration timeout) {
    this.admin = admin;
    this.peeker = peeker;
    this.timeout = timeout;
  }

  /** Asks for the ends and returns what is unread from the committed positions on. */
  Map<TopicPartition, Unread> from(Map<TopicPartition, Long> positions)
      throws ExecutionException, InterruptedException, TimeoutException {
    Set<TopicPartition> partitions = positions.keySet();
    // In this order: what is appended between the two answers must not look held back.
    Map<TopicPartition, Long> high =
        OffsetWatch.offsets(
            admin, partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED, timeout);
    Map<TopicPartition, Long> stable =
        OffsetWatch.offsets(admin, partitions, OffsetSpec.latest(), timeout);
    barren.entrySet().removeIf(of -> passed(of.getValue(), positions.get(of.getKey())));
    findBarren(positions, stable);
    lastPositions = Map.copyOf(positions);
    Map<TopicPartition, Unread> unread = new HashMap<>();
    positions.forEach(
        (partition, committed) -> {
          long position = skipBarren(partition, committed);
          long readable = Math.max(0, stable.getOrDefault(partition, position) - position);
          long unstable = Math.max(0, high.getOrDefault(partition, position) - position - readable);
          unread.put(partition, new Unread(position, readable, unstable));
        });
    return unread;
  }

  private static boolean passed(Barren stretch, @org.jspecify.annotations.Nullable Long position) {
    return position == null || position < stretch.from() || position >= stretch.to();
  }

  private long skipBarren(TopicPartition partition, long position) {
    Barren known = barren.get(partition);
    return known == null ? position : Math.max(position, known.to());
  }

  /** Reads on from the positions that have not moved since the last look. */
  private void findBarren(Map<TopicPartition, Long> positions, Map<TopicPartition, Long> stable) {
    Map<TopicPartition, Long> stuck = new HashMap<>();
    positions.forEach(
        (partition, committed) -> {
          long from = skipBarren(partition, committed);
          if (from < stable.getOrDefault(partition, from)
              && committed.equals(lastPositions.get(partition))) {
            stuck.put(partition, from);
          }
        });
    if (stuck.isEmpty()) {
      return;
    }
    peeker.assign(Set.copyOf(stuck.keySet()));
    stuck.forEach(peeker::seek);
    Set<TopicPartition> waiting = new HashSet<>(stuck.keySet());
    long untilNanos = System.nanoTime() + PEEK_NANOS;
    while (!waiting.isEmpty() && System.nanoTime() - untilNanos < 0) {
      Set<TopicPartition> withRecords = peeker.poll(POLL).partitions();
      waiting.removeAll(withRecords);
      peeker.pause(withRecords);
      waiting.removeIf(
          partition -> {
            long to = stable.getOrDefault(partition, 0L);
            boolean found = peeker.position(partition) >= to;
            if (found) {
              barren.put(partition, new Barren(positions.getOrDefault(partition, to), to));
            }
            return found;
          });
    }
    peeker.assign(Set.of());
  }
}
