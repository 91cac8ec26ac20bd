package org.aragora.telemetry.testbed.receiver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A span as the page shows it; its texts are as long as {@link SpanReader} leaves them.
 *
 * @param traceId 32 hex digits
 * @param parent 16 hex digits, empty for a root
 * @param failure null unless the span has failed; the message may be empty
 */
record KeptSpan(
    String traceId,
    String id,
    String parent,
    Operation operation,
    long startNanos,
    long endNanos,
    @Nullable String failure,
    Map<String, String> attributes,
    List<Event> events) {
  private static final int OBJECT_BYTES = 400;
  private static final double NANOS_PER_MICRO = 1000;

  /** Name, service and kind, such as {@code server}, of the work that a span measures. */
  record Operation(String name, String service, String kind) {}

  /** Moment within a span. */
  record Event(String name, long nanos, Map<String, String> attributes) {
    private int chars() {
      return name.length() + KeptSpan.chars(attributes);
    }
  }

  boolean isRoot() {
    return parent.isEmpty();
  }

  boolean hasFailed() {
    return failure != null;
  }

  /** About the bytes that it takes in the heap. */
  long bytes() {
    int chars =
        operation.name().length()
            + operation.service().length()
            + (failure == null ? 0 : failure.length())
            + chars(attributes)
            + events.stream().mapToInt(Event::chars).sum();
    return OBJECT_BYTES + 100L * (attributes.size() + events.size()) + 2L * chars;
  }

  private static int chars(Map<String, String> texts) {
    return texts.entrySet().stream()
        .mapToInt(each -> each.getKey().length() + each.getValue().length())
        .sum();
  }

  void write(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("id", id);
    out.writeStringField("parent", parent);
    out.writeStringField("name", operation.name());
    out.writeStringField("service", operation.service());
    out.writeStringField("kind", operation.kind());
    out.writeNumberField("startMicros", startNanos / NANOS_PER_MICRO);
    out.writeNumberField("durationMicros", (endNanos - startNanos) / NANOS_PER_MICRO);
    out.writeBooleanField("failed", hasFailed());
    out.writeStringField("failure", failure == null ? "" : failure);
    write(out, attributes);
    out.writeArrayFieldStart("events");
    for (Event event : events) {
      out.writeStartObject();
      out.writeStringField("name", event.name());
      out.writeNumberField("micros", event.nanos() / NANOS_PER_MICRO);
      write(out, event.attributes());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void write(JsonGenerator out, Map<String, String> attributes) throws IOException {
    out.writeArrayFieldStart("attributes"); // an array, because a name may be __proto__
    for (Map.Entry<String, String> each : attributes.entrySet()) {
      out.writeStartArray();
      out.writeString(each.getKey());
      out.writeString(each.getValue());
      out.writeEndArray();
    }
    out.writeEndArray();
  }
}
