package org.aragora.telemetry.processor.health;

import java.util.function.LongSupplier;

/**
 * The two clocks of the process, which move together unless it was suspended or a clock was set.
 *
 * @param nanos the monotonic clock, which stands still while a machine is suspended
 * @param wallMs the wall clock
 */
public record Clocks(LongSupplier nanos, LongSupplier wallMs) {
  private static final long NANOS_PER_MS = 1_000_000;

  /** Milliseconds by which the wall clock is ahead of the monotonic one; any origin. */
  long leadMs() {
    return wallMs.getAsLong() - nanos.getAsLong() / NANOS_PER_MS;
  }
}
