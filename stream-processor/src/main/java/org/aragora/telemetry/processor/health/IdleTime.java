package org.aragora.telemetry.processor.health;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The time for which one input partition has been idle, by the monotonic clock. Immutable.
 *
 * @param firstNanos the first look at which it was read to an end, by that end; several, because a
 *     ledger may not contain the last records yet, and because the marker of a transaction moves
 *     the end without a record
 * @param lastNanos the last look at which it was read to its end
 */
record IdleTime(TreeMap<Long, Long> firstNanos, long lastNanos) {
  private static final int ENDS = 16;

  /** Adds a look at which all was read up to {@code end}. */
  static IdleTime seen(@Nullable IdleTime known, long end, long atNanos) {
    if (known != null && known.firstNanos.containsKey(end)) {
      return new IdleTime(known.firstNanos, atNanos);
    }
    TreeMap<Long, Long> first = known == null ? new TreeMap<>() : new TreeMap<>(known.firstNanos);
    first.put(end, atNanos);
    if (first.size() > ENDS) {
      first.pollFirstEntry();
    }
    return new IdleTime(first, atNanos);
  }

  /** Idle time since everything before an offset was read and nothing followed. */
  OptionalLong nanos(long nextOffset) {
    Map.Entry<Long, Long> since = firstNanos.ceilingEntry(nextOffset);
    return since == null ? OptionalLong.empty() : OptionalLong.of(lastNanos - since.getValue());
  }
}
