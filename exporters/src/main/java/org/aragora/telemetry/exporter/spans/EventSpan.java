package org.aragora.telemetry.exporter.spans;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;
import org.aragora.telemetry.exporter.trace.SpanIdentity;

/** A finished span in the form of the SDK's exporters; contains data of the event only. */
record EventSpan(
    Place place,
    Operation operation,
    Attributes attributes,
    StatusData status,
    List<EventData> events)
    implements SpanData {

  /**
   * Position of a span in a trace, its service and its end.
   *
   * @param parent invalid for a root
   */
  record Place(SpanContext context, SpanContext parent, Resource resource, long endNanos) {

    static Place of(SpanIdentity span, Resource resource, long endNanos) {
      String parent = span.parentSpanId();
      return new Place(
          context(span.traceId(), span.spanId()),
          parent == null ? SpanContext.getInvalid() : context(span.traceId(), parent),
          resource,
          endNanos);
    }

    private static SpanContext context(String traceId, String spanId) {
      return SpanContext.create(traceId, spanId, TraceFlags.getSampled(), TraceState.getDefault());
    }
  }

  /** Kind of work that a span measures. */
  record Operation(
      InstrumentationScopeInfo scope, SpanKind kind, String name, long durationNanos) {}

  EventSpan(Place place, Operation operation, Attributes attributes, StatusData status) {
    this(place, operation, attributes, status, List.of());
  }

  @Override
  public String getName() {
    return operation.name();
  }

  @Override
  public SpanKind getKind() {
    return operation.kind();
  }

  @Override
  public SpanContext getSpanContext() {
    return place.context();
  }

  @Override
  public SpanContext getParentSpanContext() {
    return place.parent();
  }

  @Override
  public StatusData getStatus() {
    return status;
  }

  @Override
  public long getStartEpochNanos() {
    return place.endNanos() - operation.durationNanos();
  }

  /** One nanosecond after the start at least: Jaeger marks a span without duration as broken. */
  @Override
  public long getEndEpochNanos() {
    return operation.durationNanos() > 0 ? place.endNanos() : place.endNanos() + 1;
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  @Override
  public List<EventData> getEvents() {
    return events;
  }

  @Override
  public List<LinkData> getLinks() {
    return List.of();
  }

  @Override
  public boolean hasEnded() {
    return true;
  }

  @Override
  public int getTotalRecordedEvents() {
    return events.size();
  }

  @Override
  public int getTotalRecordedLinks() {
    return 0;
  }

  @Override
  public int getTotalAttributeCount() {
    return attributes.size();
  }

  @Override
  @Deprecated
  @SuppressWarnings({"deprecation", "InlineMeSuggester"}) // the interface still asks for it
  public InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
    return InstrumentationLibraryInfo.create(operation.scope().getName(), null);
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return operation.scope();
  }

  @Override
  public Resource getResource() {
    return place.resource();
  }
}
