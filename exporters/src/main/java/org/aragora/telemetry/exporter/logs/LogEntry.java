package org.aragora.telemetry.exporter.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One line on its way to Loki. The line itself is written when it is first asked for, which the
 * sending threads do, not the one thread that reads. Safe for use by several threads: a batch whose
 * answer is overdue is sent again while a stalled thread may still be writing it.
 */
public final class LogEntry {

  private final Stream stream;
  private final long nanos;
  private final String traceId;
  private final @Nullable String requestId;
  private final @Nullable String userId;
  private @Nullable Supplier<byte[]> writing;
  private byte @Nullable [] written;

  /**
   * The labels that differ within a deployment.
   *
   * @param level by Python's names
   * @param instance id of the instance
   * @param topic full name of the topic
   */
  public record Stream(String level, String instance, String topic) {}

  /**
   * @param nanos time in nanoseconds since 1970, a function of the event alone
   * @param requestId null without
   * @param userId null without
   * @param writing writes the line in UTF-8; called once unless it fails
   */
  LogEntry(
      Stream stream,
      long nanos,
      String traceId,
      @Nullable String requestId,
      @Nullable String userId,
      Supplier<byte[]> writing) {
    this.stream = stream;
    this.nanos = nanos;
    this.traceId = traceId;
    this.requestId = requestId;
    this.userId = userId;
    this.writing = writing;
  }

  /** What it is filed under. */
  public Stream stream() {
    return stream;
  }

  /** Time in nanoseconds since 1970. */
  public long nanos() {
    return nanos;
  }

  /** Compact JSON. */
  public String line() {
    return new String(utf8(), UTF_8);
  }

  /** The line's bytes, which are the entry's own; fails where the event cannot be written. */
  synchronized byte[] utf8() {
    byte[] line = written;
    if (line == null) {
      line = requireNonNull(writing).get();
      written = line;
      writing = null; // holds the event
    }
    return line;
  }

  /** Structured metadata. */
  public String traceId() {
    return traceId;
  }

  /** Structured metadata, null without. */
  public @Nullable String requestId() {
    return requestId;
  }

  /** Structured metadata, null without. */
  public @Nullable String userId() {
    return userId;
  }
}
