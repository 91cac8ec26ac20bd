package org.aragora.telemetry.processor.measure;

import org.aragora.telemetry.schemas.event.RequestCompleted;

/** The catalog of a release with one more metric: the example of docs/how-to/replay.md. */
public final class ExampleCatalog {
  private static final long ONE_SECOND_NANOS = 1_000_000_000L;

  private ExampleCatalog() {}

  /** With {@code aragora_slow_requests_total}. */
  public static MetricCatalog create(String topicPrefix) {
    return new MetricCatalog(
        topicPrefix,
        catalog ->
            catalog.on(
                RequestCompleted.class,
                catalog.counter(
                    "aragora_slow_requests_total",
                    "Requests that took longer than a second",
                    "method"),
                (request, event, sink) ->
                    sink.change(
                        MetricCatalog.add(request.durationNanos() > ONE_SECOND_NANOS ? 1 : 0),
                        request.method())));
  }
}
