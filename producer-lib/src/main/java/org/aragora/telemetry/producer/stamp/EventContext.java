package org.aragora.telemetry.producer.stamp;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.time.Instant;
import org.aragora.telemetry.schemas.envelope.TraceparentFormat;
import org.jspecify.annotations.Nullable;

/**
 * Trace context and time of an event. Immutable.
 *
 * <pre>{@code
 * telemetry.emit(
 *     RequestCompleted.of("r-1", "GET", "/api/debates", 200, took),
 *     EventContext.of(span).withParentSpanId(parent).withTime(end));
 * }</pre>
 *
 * @param traceparent W3C trace context of the operation itself
 * @param parentSpanId id of the span above it, 16 hex digits
 * @param time time of the operation; null: now
 */
public record EventContext(
    @Nullable String traceparent, @Nullable String parentSpanId, @Nullable Instant time) {

  private static final EventContext NONE = new EventContext(null, null, null);

  /** No trace, now. */
  public static EventContext none() {
    return NONE;
  }

  /** The OpenTelemetry span that is current on this thread, or none if it is not valid. */
  public static EventContext current() {
    return of(Span.current());
  }

  /** A span, with the span above it if the OpenTelemetry SDK shows it. */
  public static EventContext of(Span span) {
    SpanContext context = span.getSpanContext();
    return context.isValid()
        ? new EventContext(traceparent(context), ParentSpan.idOf(span), null)
        : NONE;
  }

  /** A span context, such as one that came with a message. */
  public static EventContext of(SpanContext context) {
    return context.isValid() ? new EventContext(traceparent(context), null, null) : NONE;
  }

  /** The same with the id of the span above. */
  public EventContext withParentSpanId(@Nullable String id) {
    return new EventContext(traceparent, id, time);
  }

  /** The same at another time. */
  public EventContext withTime(@Nullable Instant when) {
    return new EventContext(traceparent, parentSpanId, when);
  }

  private static String traceparent(SpanContext context) {
    return TraceparentFormat.of(
        context.getTraceId(), context.getSpanId(), context.getTraceFlags().asHex());
  }
}
