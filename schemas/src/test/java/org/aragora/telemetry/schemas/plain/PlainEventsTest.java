package org.aragora.telemetry.schemas.plain;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that the fast way takes; its results are the differential test's. */
class PlainEventsTest {
  private static final String TYPE = "\"type\":\"ai.aragora.request.completed.v1\"";
  private static final String REST =
      "\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"time\":\"2026-11-24T12:00:00Z\"";
  private static final String FIELDS =
      "\"request_id\":\"r\",\"method\":\"GET\",\"endpoint\":\"/\",\"status\":200,\"duration_seconds\":0.5";
  private static final String DATA = "\"data\":{" + FIELDS + "}";
  private static final long APPENDED_MS = Instant.parse("2026-11-24T12:00:01Z").toEpochMilli();

  private final PlainEvents events = new PlainEvents();

  private Event read(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    Event event = null;
    for (int i = 0; i < 10; i++) { // the names of a type are learned
      event = events.read(InputTopic.REQUESTS, bytes, APPENDED_MS);
    }
    return event;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{" + REST + "," + TYPE + "," + DATA + "}",
        "{\"epoch\":\"e\",\"seq\":7," + REST + "," + TYPE + "," + DATA + "}",
        "{" + DATA + "," + REST + "," + TYPE + "}",
        "{ " + TYPE + " ,\t" + DATA + ",\r\n" + REST + "}",
        "{" + REST + "," + TYPE + ",\"x\":null,\"y\":[\"a\"],\"data\":{\"z\":true," + FIELDS + "}}",
        "{" + REST + "," + TYPE + ",\"data\":{\"user_id\":\"ünï\"," + FIELDS + "}}",
      })
  void orderSpaceAndUnknownFieldsAreFree(String value) {
    Event event = read(value);

    assertThat(event).isNotNull();
    assertThat(event.id()).isEqualTo("1");
    assertThat(((RequestCompleted) event.data()).durationNanos()).isEqualTo(500_000_000);
  }

  @Test
  void traceContextIsReadWhenAskedFor() {
    String traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    String value =
        "{%s,%s,\"traceparent\":\"%s\",\"parentspanid\":\"53995C3f42cd8ad8\",%s}"
            .formatted(REST, TYPE, traceparent, DATA);

    Event event = read(value);

    assertThat(event.traceparent()).isEqualTo(traceparent);
    assertThat(event.parentSpanId()).isNull();
    assertThat(event)
        .isEqualTo(new Event("1", "/a", event.time(), traceparent, null, null, event.data()))
        .hasSameHashCodeAs(
            new Event("1", "/a", event.time(), traceparent, null, null, event.data()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{" + REST + "," + TYPE + "," + DATA + "," + TYPE + "}",
        "{" + REST + "," + TYPE + ",\"x\":1,\"x\":1," + DATA + "}",
        "{" + REST + "," + TYPE + ",\"x\":\"\\u0041\"," + DATA + "}",
        "{" + REST + "," + TYPE + ",\"x\":01," + DATA + "}",
        "{" + REST + "," + TYPE + "," + DATA + "}\n",
        "{" + REST + "," + TYPE + "," + DATA + ",}",
      })
  void whatIsUnusualOrWrongIsLeftToTheFullReader(String value) {
    assertThat(read(value)).isNull();
  }
}
