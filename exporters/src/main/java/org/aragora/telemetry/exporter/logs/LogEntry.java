package org.aragora.telemetry.exporter.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One line on its way to Loki.
 *
 * @param nanos time in nanoseconds since 1970, a function of the event alone
 * @param metadata structured metadata
 */
public record LogEntry(Stream stream, long nanos, Metadata metadata, Text text) {

  /**
   * Labels that differ within a deployment.
   *
   * @param level by Python's names
   * @param instance id of the instance
   * @param topic full name of the topic
   * @param partition of the topic: its lines arrive in order, those of several do not
   */
  public record Stream(String level, String instance, String topic, int partition) {}

  /** Ids of a line, redacted. */
  public record Metadata(String traceId, @Nullable String requestId, @Nullable String userId) {}

  /** The line as compact JSON. */
  public String line() {
    return new String(text.utf8(), UTF_8);
  }

  /**
   * Bytes of a line, written by the first thread that reads them. That is a sender, not the thread
   * that reads records. Thread-safe: an overdue batch is sent again while a stalled sender may
   * still be writing it.
   */
  static final class Text {

    private @Nullable Supplier<byte[]> writer;
    private byte @Nullable [] written;

    /**
     * @param writer writes the line in UTF-8; called once unless it fails
     */
    Text(Supplier<byte[]> writer) {
      this.writer = writer;
    }

    /**
     * Returns the line in UTF-8, which the caller must not change.
     *
     * @throws RuntimeException if the event cannot be written
     */
    synchronized byte[] utf8() {
      byte[] line = written;
      if (line == null) {
        line = requireNonNull(writer).get();
        written = line;
        writer = null; // it refers to the event
      }
      return line;
    }
  }
}
