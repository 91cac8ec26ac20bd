package org.aragora.telemetry.testbed.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricsPageTest {

  private static final MetricsPage PAGE =
      MetricsPage.parse(
          """
          # HELP aragora_telemetry_events_total Records read
          # TYPE aragora_telemetry_events_total counter
          aragora_telemetry_events_total{outcome="counted",topic="aragora.logs"} 12345.0
          aragora_telemetry_events_total{outcome="duplicate",topic="aragora.logs"} 2.0
          aragora_telemetry_events_total{topic="aragora.requests",outcome="counted"} 1.5E7
          aragora_active_debates 3.0
          odd{text="a \\"quoted\\" } brace, and=equals"} 1 1764000000000
          up{} NaN
          traced_bucket{le="1.0"} 5 # {trace_id="a"} 0.5
          this is not a sample
          """);

  @Test
  void seriesIsFoundByItsLabelsInAnyOrder() {
    assertThat(events("aragora.logs", "counted")).isEqualTo(12_345);
    assertThat(events("aragora.requests", "counted")).isEqualTo(15_000_000);
    assertThat(PAGE.count("aragora_active_debates", Map.of())).isEqualTo(3);
    assertThat(PAGE.count("odd", Map.of())).isEqualTo(1);
  }

  @Test
  void absentSeriesCountsNothing() {
    assertThat(events("aragora.logs", "dead_letter")).isZero();
    assertThat(PAGE.sum("nothing", Map.of())).isEmpty();
  }

  @Test
  void exemplarIsNotPartOfTheLabels() {
    assertThat(PAGE.samples()).containsEntry("traced_bucket{le=\"1.0\"}", 5.0);
  }

  @Test
  void metricsOfOneProcessAreNotShared() {
    MetricsPage page =
        MetricsPage.parse(
            """
            aragora_requests_total 5
            aragora_telemetry_process_series 7
            jvm_threads_current 9
            process_open_fds 11
            """);

    assertThat(page.shared()).containsOnlyKeys("aragora_requests_total");
    assertThat(page.samples()).hasSize(4);
  }

  @Test
  void malformedLineIsReported() {
    assertThat(PAGE.malformed()).containsExactly("this is not a sample");
  }

  @Test
  void equalSeriesHaveOneText() {
    assertThat(SeriesName.parse("x_bucket{le=\"1\",a=\"b\"}"))
        .hasToString("x_bucket{a=\"b\",le=\"1.0\"}");
  }

  @Test
  void hostileLabelIsOneSeries() {
    Map<String, String> labels = Map.of("a", "\"\\\n\r{}");
    MetricsPage page = MetricsPage.parse("x{a=\"\\\"\\\\\\n\r{}\"} 2\n");

    assertThat(page.malformed()).isEmpty();
    assertThat(page.count("x", labels)).isEqualTo(2);
    assertThat(page.samples()).containsOnlyKeys(SeriesName.of("x", labels).toString());
  }

  private static long events(String topic, String outcome) {
    return PAGE.events(topic, outcome);
  }
}
