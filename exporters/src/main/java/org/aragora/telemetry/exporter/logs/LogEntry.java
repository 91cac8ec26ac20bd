package org.aragora.telemetry.exporter.logs;

import org.jspecify.annotations.Nullable;

/**
 * One line on its way to Loki.
 *
 * @param stream what it is filed under
 * @param nanos time in nanoseconds since 1970, a function of the event alone
 * @param line compact JSON
 * @param traceId structured metadata
 * @param requestId structured metadata, null without
 * @param userId structured metadata, null without
 */
public record LogEntry(
    Stream stream,
    long nanos,
    String line,
    String traceId,
    @Nullable String requestId,
    @Nullable String userId) {

  /**
   * The labels that differ within a deployment.
   *
   * @param level by Python's names
   * @param instance id of the instance
   * @param topic full name of the topic
   */
  public record Stream(String level, String instance, String topic) {}
}
