package org.aragora.telemetry.exporter.spans;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.aragora.telemetry.exporter.core.Conversion;
import org.aragora.telemetry.exporter.core.DebateLog;
import org.aragora.telemetry.exporter.core.EventConverter;
import org.aragora.telemetry.exporter.core.TraceContext;
import org.aragora.telemetry.exporter.core.TraceIds;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.jspecify.annotations.Nullable;

/**
 * Events to spans: one per operation, sampled by trace, so that a trace is kept or dropped whole.
 */
final class SpanConverter extends EventConverter<List<SpanData>> {

  /** About what a span takes beside the event's own texts. */
  private static final int SPAN_BYTES = 250;

  private final Sampler sampler;
  private final SpanWriter writer;
  private final TraceIds ids;

  SpanConverter(
      EventCodec codec,
      String topicPrefix,
      Duration lookback,
      Sampler sampler,
      SpanWriter writer,
      TraceIds ids) {
    super(codec, topicPrefix, lookback);
    this.sampler = sampler;
    this.writer = writer;
    this.ids = ids;
  }

  @Override
  protected Conversion<List<SpanData>> convert(
      Event event, String topic, int valueBytes, Instant time, DebateLog.@Nullable Start start) {
    SpanKind kind = kind(event.data());
    if (kind == null) {
      return new Conversion.Skip<>("other_type");
    }
    TraceContext at = TraceContext.of(event, ids);
    if (!isSampled(at, kind)) {
      return new Conversion.Skip<>("unsampled");
    }
    List<SpanData> spans = spans(event, start, at, nanos(time));
    return new Conversion.Export<>(
        spans, spans.size(), spans.size() * SPAN_BYTES + textBytes(spans), start);
  }

  private static @Nullable SpanKind kind(EventData data) {
    if (data instanceof RequestCompleted) {
      return SpanKind.SERVER;
    }
    if (data instanceof AgentCallCompleted) {
      return SpanKind.CLIENT;
    }
    boolean inner =
        data instanceof DebateCompleted
            || data instanceof RoundCompleted
            || data instanceof EloUpdated;
    return inner ? SpanKind.INTERNAL : null;
  }

  private List<SpanData> spans(
      Event event, DebateLog.@Nullable Start start, TraceContext at, long end) {
    EventData data = event.data();
    if (data instanceof RequestCompleted request) {
      return writer.request(event, request, at, end);
    }
    if (data instanceof AgentCallCompleted call) {
      return writer.call(event, call, at, end);
    }
    if (data instanceof DebateCompleted debate) {
      return writer.debate(event, debate, start, at, end);
    }
    if (data instanceof RoundCompleted round) {
      return writer.round(event, round, at, end);
    }
    if (data instanceof EloUpdated elo) {
      return writer.elo(event, elo, at, end);
    }
    throw new IllegalStateException("No span is declared for " + event.type() + ".");
  }

  /** A carried context is the decision of whoever made it; what carries none begins a trace. */
  private boolean isSampled(TraceContext at, SpanKind kind) {
    Context parent = Context.root();
    if (at.carried()) {
      SpanContext remote =
          SpanContext.createFromRemoteParent(
              at.traceId(),
              at.spanId(),
              at.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
              TraceState.getDefault());
      parent = parent.with(Span.wrap(remote));
    }
    return sampler
            .shouldSample(parent, at.traceId(), "", kind, Attributes.empty(), List.of())
            .getDecision()
        == SamplingDecision.RECORD_AND_SAMPLE;
  }

  private static long nanos(Instant time) {
    return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
  }

  private static int textBytes(List<SpanData> spans) {
    int bytes = 0;
    for (SpanData span : spans) {
      bytes += span.getName().length() + 40 * span.getTotalAttributeCount();
    }
    return bytes;
  }
}
