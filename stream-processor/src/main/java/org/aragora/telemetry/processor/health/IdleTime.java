package org.aragora.telemetry.processor.health;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The time for which one input partition has been idle, by the monotonic clock: from the first to
 * the last look at which it was read to the same end. Immutable.
 *
 * @param end position up to which it was read
 * @param earlier the time before the last records came; a ledger that does not contain them yet
 *     refers to it
 */
record IdleTime(long end, long firstNanos, long lastNanos, @Nullable IdleTime earlier) {

  /** Adds a look at which all was read up to {@code position}. */
  static IdleTime seen(@Nullable IdleTime known, long position, long atNanos) {
    if (known == null) {
      return new IdleTime(position, atNanos, atNanos, null);
    }
    return known.end == position
        ? new IdleTime(position, known.firstNanos, atNanos, known.earlier)
        : new IdleTime(
            position,
            atNanos,
            atNanos,
            new IdleTime(known.end, known.firstNanos, known.lastNanos, null));
  }

  /** Idle time since everything before an offset was read and nothing followed. */
  OptionalLong nanos(long nextOffset) {
    if (earlier != null && nextOffset <= earlier.end) {
      return OptionalLong.of(earlier.lastNanos - earlier.firstNanos);
    }
    return nextOffset <= end ? OptionalLong.of(lastNanos - firstNanos) : OptionalLong.empty();
  }
}
