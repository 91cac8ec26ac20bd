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
import java.util.List;
import java.util.function.Function;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.backend.EventConverter;
import org.aragora.telemetry.exporter.backend.EventRecord;
import org.aragora.telemetry.exporter.backend.EventRules;
import org.aragora.telemetry.exporter.trace.SpanIdentity;
import org.aragora.telemetry.exporter.trace.TraceIds;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;

/**
 * Converts events to spans, one per operation. Samples by trace, so that a trace is kept or dropped
 * as a whole.
 */
final class SpanConverter extends EventConverter<List<SpanData>> {

  /** Approximate size of a span without the event's texts. */
  private static final int SPAN_BYTES = 250;

  private final Sampler sampler;
  private final SpanWriter writer;
  private final TraceIds ids = new TraceIds();

  SpanConverter(EventRules rules, Sampler sampler, SpanWriter writer) {
    super(rules);
    this.sampler = sampler;
    this.writer = writer;
  }

  /** Without a default branch, so that a new event type does not compile until it is listed. */
  @Override
  protected Conversion<List<SpanData>> convert(EventRecord record) {
    EventData data = record.event().data();
    return switch (record.event().type()) {
      case REQUEST_COMPLETED ->
          sampled(record, span -> writer.request(record, (RequestCompleted) data, span));
      case AGENT_CALL_COMPLETED ->
          sampled(record, span -> writer.call(record, (AgentCallCompleted) data, span));
      case DEBATE_COMPLETED ->
          sampled(record, span -> writer.debate(record, (DebateCompleted) data, span));
      case ROUND_COMPLETED ->
          sampled(record, span -> writer.round(record, (RoundCompleted) data, span));
      case ELO_UPDATED -> sampled(record, span -> writer.elo(record, (EloUpdated) data, span));
      case DEBATE_STARTED,
          WEBSOCKET_OPENED,
          WEBSOCKET_CLOSED,
          INSTANCE_HEARTBEAT,
          INSTANCE_STOPPED,
          LOG_EMITTED ->
          new Conversion.Skip<>("other_type");
    };
  }

  private Conversion<List<SpanData>> sampled(
      EventRecord record, Function<SpanIdentity, List<SpanData>> write) {
    SpanIdentity span = SpanIdentity.of(record.event(), ids);
    if (!isSampled(span)) {
      return new Conversion.Skip<>("unsampled");
    }
    List<SpanData> spans = write.apply(span);
    return new Conversion.Export<>(spans, spans.size(), bytes(spans), record.start());
  }

  /** Follows the decision of a carried context; an event without one begins a trace. */
  private boolean isSampled(SpanIdentity span) {
    Context parent = Context.root();
    if (span.carried()) {
      SpanContext remote =
          SpanContext.createFromRemoteParent(
              span.traceId(),
              span.spanId(),
              span.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
              TraceState.getDefault());
      parent = parent.with(Span.wrap(remote));
    }
    // None of the samplers that can be set depends on the kind.
    return sampler
            .shouldSample(
                parent, span.traceId(), "", SpanKind.INTERNAL, Attributes.empty(), List.of())
            .getDecision()
        == SamplingDecision.RECORD_AND_SAMPLE;
  }

  private static int bytes(List<SpanData> spans) {
    int bytes = 0;
    for (SpanData span : spans) {
      bytes += SPAN_BYTES + span.getName().length() + 40 * span.getTotalAttributeCount();
    }
    return bytes;
  }
}
