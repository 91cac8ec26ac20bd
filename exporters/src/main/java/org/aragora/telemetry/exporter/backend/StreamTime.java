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
   * Longest time from the oldest payload of a stream that is not settled to the newest sent. Loki
   * refuses an hour (half of its {@code max_chunk_age}); the rest is for what other exporters have
   * sent.
   */
  public static final Duration LONGEST_SPAN = Duration.ofMinutes(45);
}
