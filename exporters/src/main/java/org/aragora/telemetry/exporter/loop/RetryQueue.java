package org.aragora.telemetry.exporter.loop;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Items that wait for their next attempt. Owned by the loop's thread. */
final class RetryQueue<T> {

  private final Backoff backoff;
  private final LongSupplier nanos;
  private final PriorityQueue<Waiting<T>> waiting =
      new PriorityQueue<>(Comparator.comparingLong(Waiting::atNanos));

  private record Waiting<T>(T item, long atNanos) {}

  RetryQueue(Backoff backoff, LongSupplier nanos) {
    this.backoff = backoff;
    this.nanos = nanos;
  }

  /**
   * Adds an item.
   *
   * @param attempts failed attempts, 1 or more
   * @param retryAfter shortest pause
   * @return the pause until the item is due
   */
  Duration add(T item, int attempts, Duration retryAfter) {
    long pause = backoff.nanosAfter(attempts, retryAfter);
    waiting.add(new Waiting<>(item, nanos.getAsLong() + pause));
    return Duration.ofNanos(pause);
  }

  /** Removes and returns an item that is due, null without one. */
  @Nullable T pollDue() {
    Waiting<T> next = waiting.peek();
    if (next == null || next.atNanos() - nanos.getAsLong() > 0) {
      return null;
    }
    waiting.remove();
    return next.item();
  }

  /** Nanoseconds until an item is due, at most {@code limit}. */
  long nanosToNext(long limit) {
    Waiting<T> next = waiting.peek();
    return next == null ? limit : Math.min(limit, Math.max(0, next.atNanos() - nanos.getAsLong()));
  }

  int size() {
    return waiting.size();
  }

  void forEach(Consumer<T> action) {
    waiting.forEach(each -> action.accept(each.item()));
  }

  boolean allMatch(Predicate<T> filter) {
    return waiting.stream().allMatch(each -> filter.test(each.item()));
  }

  void removeIf(Predicate<T> filter) {
    waiting.removeIf(each -> filter.test(each.item()));
  }
}
