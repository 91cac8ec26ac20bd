package org.aragora.telemetry.exporter.spans;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.chassis.settings.Settings;

/**
 * Decisions of a writer on traces that begin in it. The exporter asks the same sampler, so it keeps
 * the same traces. Thread-safe.
 */
public final class HeadSampling {
  private final Sampler sampler;

  private HeadSampling(Sampler sampler) {
    this.sampler = sampler;
  }

  /**
   * Reads the sampler from {@code OTEL_TRACES_SAMPLER} and {@code OTEL_TRACES_SAMPLER_ARG}.
   *
   * @param environment such as {@link System#getenv()}; not set is as for the exporter
   * @throws org.aragora.telemetry.schemas.kafka.InvalidSettingException in one sentence
   */
  public static HeadSampling read(Map<String, String> environment) {
    return new HeadSampling(
        SpanSettings.sampler(Settings.read(SpanSettings.OWN.all(), environment)));
  }

  /** True if the trace is sampled; {@code traceId} has 32 hexadecimal digits. */
  public boolean isSampled(String traceId) {
    return sampler
            .shouldSample(
                Context.root(), traceId, "", SpanKind.SERVER, Attributes.empty(), List.of())
            .getDecision()
        == SamplingDecision.RECORD_AND_SAMPLE;
  }
}
