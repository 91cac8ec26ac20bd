package org.aragora.telemetry.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.producer.MockProducer;
import org.aragora.telemetry.producer.stamp.EventContext;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // a scope is there to be closed
class EventContextTest {
  private final Tracer tracer =
      SdkTracerProvider.builder()
          .addSpanProcessor(SimpleSpanProcessor.create(SpanExporter.composite()))
          .build()
          .get("test");
  private final MockProducer<byte[], byte[]> broker = Broker.acknowledging(1);

  private static RequestCompleted request() {
    return RequestCompleted.of("r-1", "GET", "/", 200, Duration.ZERO);
  }

  private Event only() {
    return Broker.events(broker, InputTopic.REQUESTS).get(0);
  }

  @Test
  void eventCarriesTheCurrentSpanAndTheOneAbove() {
    Span above = tracer.spanBuilder("above").setNoParent().startSpan();
    try (TelemetryProducer telemetry =
            TelemetryProducer.builder("api-1").client(() -> broker).build();
        Scope outer = above.makeCurrent()) {
      Span span = tracer.spanBuilder("operation").startSpan();
      try (Scope inner = span.makeCurrent()) {
        telemetry.emit(request());
      }
      telemetry.flush(Duration.ofSeconds(5));

      SpanContext context = span.getSpanContext();
      assertThat(only().traceparent())
          .isEqualTo(
              "00-"
                  + context.getTraceId()
                  + "-"
                  + context.getSpanId()
                  + "-"
                  + context.getTraceFlags().asHex());
      assertThat(only().parentSpanId()).isEqualTo(above.getSpanContext().getSpanId());
    }
  }

  @Test
  void rootSpanHasNoneAbove() {
    Span span = tracer.spanBuilder("root").setNoParent().startSpan();
    assertThat(EventContext.of(span).traceparent()).isNotNull();
    assertThat(EventContext.of(span).parentSpanId()).isNull();
  }

  @Test
  void withoutASpanThereIsNoTrace() {
    assertThat(EventContext.current()).isEqualTo(EventContext.none());
  }

  @Test
  void givenContextComesBeforeTheCurrentSpan() {
    Instant when = Instant.parse("2026-11-24T12:00:00Z");
    Span span = tracer.spanBuilder("current").startSpan();
    try (TelemetryProducer telemetry =
            TelemetryProducer.builder("api-1").client(() -> broker).build();
        Scope scope = span.makeCurrent()) {
      telemetry.emit(
          request(),
          new EventContext(
              "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "53995c3f42cd8ad8", when));
      telemetry.flush(Duration.ofSeconds(5));

      assertThat(only().traceparent())
          .isEqualTo("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
      assertThat(only().parentSpanId()).isEqualTo("53995c3f42cd8ad8");
      assertThat(only().time()).isEqualTo(when);
    }
  }
}
