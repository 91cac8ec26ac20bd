package org.aragora.telemetry.testbed.oracle;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** A gauge's value and the event that set it. */
record LastValue(Order order, double value) {

  /** Place of an event among all by event time; the greatest decides a gauge. */
  record Order(long timeNanos, String source, String epoch, long seq, String id)
      implements Comparable<Order> {
    private static final Comparator<Order> BY_TIME =
        Comparator.comparingLong(Order::timeNanos)
            .thenComparing(Order::source)
            .thenComparing(Order::epoch)
            .thenComparingLong(Order::seq)
            .thenComparing(Order::id);

    static Order of(OracleEvent event, long timeNanos) {
      return new Order(timeNanos, event.source(), event.epoch(), event.seq(), event.id());
    }

    @Override
    public int compareTo(Order other) {
      return BY_TIME.compare(this, other);
    }
  }

  /** The later of two, each of which may be absent. */
  static @Nullable LastValue later(@Nullable LastValue a, @Nullable LastValue b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    int compared = a.order.compareTo(b.order);
    return compared > 0 || (compared == 0 && a.value >= b.value) ? a : b;
  }
}
