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
import org.jspecify.annotations.Nullable;

/** A finished span as the SDK's exporters take it. Holds nothing that is not the event's. */
final class EventSpan implements SpanData {

  private final Identity identity;
  private final String name;
  private final SpanKind kind;
  private final long startNanos;
  private final long endNanos;
  private final Attributes attributes;
  private final StatusData status;
  private final List<EventData> events;
  private final SpanContext context;
  private final SpanContext parent;

  /**
   * Where a span belongs.
   *
   * @param traceId 32 hex digits
   * @param spanId 16 hex digits
   * @param parentSpanId 16 hex digits, null for a root
   * @param scope instrumentation scope
   * @param resource the service that it is a span of
   */
  record Identity(
      String traceId,
      String spanId,
      @Nullable String parentSpanId,
      InstrumentationScopeInfo scope,
      Resource resource) {}

  EventSpan(
      Identity identity,
      String name,
      SpanKind kind,
      long startNanos,
      long endNanos,
      Attributes attributes,
      StatusData status,
      List<EventData> events) {
    this.identity = identity;
    this.name = name;
    this.kind = kind;
    this.startNanos = startNanos;
    this.endNanos = endNanos;
    this.attributes = attributes;
    this.status = status;
    this.events = List.copyOf(events);
    context = context(identity.traceId(), identity.spanId());
    String above = identity.parentSpanId();
    parent = above == null ? SpanContext.getInvalid() : context(identity.traceId(), above);
  }

  private static SpanContext context(String traceId, String spanId) {
    return SpanContext.create(traceId, spanId, TraceFlags.getSampled(), TraceState.getDefault());
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public SpanKind getKind() {
    return kind;
  }

  @Override
  public SpanContext getSpanContext() {
    return context;
  }

  @Override
  public SpanContext getParentSpanContext() {
    return parent;
  }

  @Override
  public StatusData getStatus() {
    return status;
  }

  @Override
  public long getStartEpochNanos() {
    return startNanos;
  }

  @Override
  public long getEndEpochNanos() {
    return endNanos;
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
    return InstrumentationLibraryInfo.create(identity.scope().getName(), null);
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return identity.scope();
  }

  @Override
  public Resource getResource() {
    return identity.resource();
  }
}
