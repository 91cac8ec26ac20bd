package org.aragora.telemetry.benchmarks.export;

import org.aragora.telemetry.exporter.logs.LogEntry;
import org.jspecify.annotations.Nullable;

/**
 * A finished line with what is filed beside it.
 *
 * @param requestId null without
 * @param userId null without
 */
record PlainLine(
    LogEntry.Stream stream,
    long nanos,
    String text,
    String traceId,
    @Nullable String requestId,
    @Nullable String userId) {

  /** As the exporter writes it. */
  static PlainLine of(LogEntry entry) {
    return new PlainLine(
        entry.stream(),
        entry.nanos(),
        entry.line(),
        entry.metadata().traceId(),
        entry.metadata().requestId(),
        entry.metadata().userId());
  }
}
