package org.aragora.telemetry.exporter.spans;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;
import java.util.Locale;

/**
 * Keeps a ratio of traces by the lower 56 bits of their ids, which are those that W3C Trace Context
 * has as random. The SDK's sampler takes 64 bits. Aragora's trace ids are UUIDs, and the upper two
 * of these bits are fixed in a UUID, so it keeps none of them below a ratio of 0.5. The Python
 * producer decides the same. Thread-safe.
 */
final class RatioSampler implements Sampler {
  private static final int RANDOM_BITS = 56;
  private static final int RANDOM_DIGITS = RANDOM_BITS / 4;

  private final double ratio;
  private final long bound;

  /** {@code ratio}: from 0 to 1. */
  RatioSampler(double ratio) {
    this.ratio = ratio;
    this.bound = (long) (ratio * (1L << RANDOM_BITS));
  }

  @Override
  public SamplingResult shouldSample(
      Context parent,
      String traceId,
      String name,
      SpanKind kind,
      Attributes attributes,
      List<LinkData> links) {
    long random = Long.parseLong(traceId.substring(traceId.length() - RANDOM_DIGITS), 16);
    return random < bound ? SamplingResult.recordAndSample() : SamplingResult.drop();
  }

  @Override
  public String getDescription() {
    return String.format(Locale.ROOT, "TraceIdRatioBased{%.6f}", ratio);
  }

  @Override
  public String toString() {
    return getDescription();
  }
}
