package org.aragora.telemetry.exporter.backend;

import java.time.Duration;

/**
 * Stream and time of a payload, for a backend that refuses what lies too far behind the newest of
 * its stream.
 *
 * @param stream compared by {@code equals}
 * @param nanos nanoseconds since 1970
 */
public record StreamTime(Object stream, long nanos) {

  /**
   * Time by which the newest payload sent of a stream may be ahead of its oldest that is not settled.
   * Loki refuses an hour (half of its {@code max_chunk_age}); the rest is for what other exporters
   * have sent.
   */
  public static final Duration LONGEST_SPAN = Duration.ofMinutes(45);
}
