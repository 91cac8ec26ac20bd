package org.aragora.telemetry.counting.measure;

import static org.aragora.telemetry.counting.measure.Change.countIf;

import org.aragora.telemetry.schemas.event.RequestCompleted;

/** The catalog of a release that has one metric more: the worked example of docs/replay.md. */
public final class ExampleCatalog {
  private static final long ONE_SECOND_NANOS = 1_000_000_000L;

  private ExampleCatalog() {}

  /** With {@code aragora_slow_requests_total}. */
  public static MetricCatalog create(String topicPrefix) {
    return new MetricCatalog(
        topicPrefix,
        text -> text,
        catalog ->
            catalog
                .counter("aragora_slow_requests_total", "Requests that took longer than a second")
                .on(RequestCompleted.class)
                .label("method", RequestCompleted::method)
                .change(countIf(request -> request.durationNanos() > ONE_SECOND_NANOS)));
  }
}
