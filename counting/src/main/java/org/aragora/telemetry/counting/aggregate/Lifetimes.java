package org.aragora.telemetry.counting.aggregate;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.StoredMap.Entry;
import org.aragora.telemetry.counting.value.InstanceAggregate;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one kind in the order in which they come to be retired. A part that changes keeps
 * its place in the queue until its turn comes, so that a change costs nothing. Not thread-safe.
 */
final class Lifetimes {
  private record Due(long atMs, Entry<SeriesKey, Tally> part) {}

  private final long retentionMs;
  private final PriorityQueue<Due> queue = new PriorityQueue<>(Comparator.comparingLong(Due::atMs));
  private int size;

  /** {@code retentionMs}: append time without a change after which a part is retired. */
  Lifetimes(long retentionMs) {
    this.retentionMs = retentionMs;
  }

  /** Takes in a part that is new or restored. */
  void add(Entry<SeriesKey, Tally> part) {
    size++;
    put(part);
  }

  private void put(Entry<SeriesKey, Tally> part) {
    part.value().dueMs = endMs(part.value());
    queue.add(new Due(part.value().dueMs, part));
  }

  /** Records that a part has changed. Only one that may end sooner now moves. */
  void changed(Entry<SeriesKey, Tally> part) {
    if (endMs(part.value()) < part.value().dueMs) {
      put(part);
    }
  }

  /** Removes and returns a part whose retention has passed at an append time, null if none has. */
  @Nullable Entry<SeriesKey, Tally> next(long appendMs) {
    Due first = queue.peek();
    return first == null || first.atMs >= appendMs ? null : first(appendMs);
  }

  /** Removes and returns the part that ends next if it ends before an append time. */
  @Nullable Entry<SeriesKey, Tally> first(long beforeMs) {
    for (Due due = queue.poll(); due != null; due = queue.poll()) {
      Tally tally = due.part.value();
      if (due.atMs != tally.dueMs || tally.retired) {
        continue; // it has moved
      }
      if (endMs(tally) > due.atMs) {
        put(due.part);
      } else if (due.atMs < beforeMs) {
        size--;
        return due.part;
      } else {
        queue.add(due);
        return null;
      }
    }
    return null;
  }

  void clear() {
    queue.clear();
    size = 0;
  }

  int size() {
    return size;
  }

  private long endMs(Tally tally) {
    long lastMs = tally.changedMs;
    if (tally.metric.type() == MetricType.INSTANCE) {
      InstanceAggregate instance = (InstanceAggregate) tally.value;
      lastMs = instance.isRunning() ? Math.max(lastMs, instance.liveUntilMs()) : lastMs;
    }
    return lastMs + retentionMs;
  }
}
