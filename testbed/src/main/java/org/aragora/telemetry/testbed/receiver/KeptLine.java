package org.aragora.telemetry.testbed.receiver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * A line as the page shows it; its texts are as long as {@link LineReader} leaves them.
 *
 * @param traceId 32 hex digits, empty without a trace
 * @param message of the line's JSON, or the line itself if it is not JSON
 */
record KeptLine(
    long nanos, String traceId, String level, String instance, String logger, String message) {
  private static final int OBJECT_BYTES = 300;
  private static final double NANOS_PER_MICRO = 1000;

  /** About the bytes that it takes in the heap. */
  long bytes() {
    return OBJECT_BYTES + 2L * (instance.length() + logger.length() + message.length());
  }

  void write(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("micros", nanos / NANOS_PER_MICRO);
    out.writeStringField("level", level);
    out.writeStringField("instance", instance);
    out.writeStringField("logger", logger);
    out.writeStringField("message", message);
    out.writeEndObject();
  }
}
