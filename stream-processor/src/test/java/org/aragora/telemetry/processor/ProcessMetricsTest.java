package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class ProcessMetricsTest {

  @Test
  void buildInfoNamesARevisionOrUnknownAndNeverThePlaceholderOfTheBuild() {
    Labels build =
        new ProcessMetrics(() -> null)
            .collect().stream()
                .filter(each -> each.getMetadata().getName().endsWith("_build"))
                .flatMap(each -> each.getDataPoints().stream())
                .findFirst()
                .orElseThrow()
                .getLabels();

    assertThat(build.get("revision")).isNotBlank().doesNotContain("$");
    assertThat(build.get("version")).isNotBlank().doesNotContain("$");
  }

  @Test
  void whatKafkaTotalsIsACounterAndTheRestAreGauges() {
    Map<String, MetricSnapshot> families =
        kafka(
            reading("rebalance-total", "consumer-coordinator-metrics", 3.0),
            reading("txn-abort-time-ns-total", "producer-metrics", 7e8),
            reading("commit-latency-max", "stream-thread-metrics", 12.0));

    assertThat(families.get("aragora_telemetry_process_kafka_rebalance"))
        .isInstanceOf(CounterSnapshot.class);
    assertThat(families.get("aragora_telemetry_process_kafka_txn_abort_time_seconds"))
        .isInstanceOfSatisfying(
            CounterSnapshot.class,
            counter ->
                assertThat(counter.getDataPoints().get(0).getValue()).isCloseTo(0.7, within(1e-9)));
    assertThat(families.get("aragora_telemetry_process_kafka_commit_latency_max"))
        .isInstanceOf(GaugeSnapshot.class);
  }

  @Test
  void metricOfKafkaThatIsNotListedOrHasNoNumberIsNotServed() {
    Map<String, MetricSnapshot> families =
        kafka(
            reading("rebalance-total", "admin-client-metrics", 3.0),
            reading("io-wait-ratio", "producer-metrics", 3.0),
            reading("request-latency-avg", "producer-metrics", Double.NaN),
            reading("request-latency-max", "producer-metrics", "text"));

    assertThat(families).isEmpty();
  }

  private static Map<String, MetricSnapshot> kafka(Metric... readings) {
    Map<MetricName, Metric> metrics =
        Stream.of(readings).collect(Collectors.toMap(Metric::metricName, Function.identity()));
    return ProcessMetrics.clientMetrics(metrics).stream()
        .collect(Collectors.toMap(each -> each.getMetadata().getName(), Function.identity()));
  }

  private static Metric reading(String name, String group, Object value) {
    MetricName metricName = new MetricName(name, group, "", Map.of("client-id", "c"));
    return new Metric() {
      @Override
      public MetricName metricName() {
        return metricName;
      }

      @Override
      public Object metricValue() {
        return value;
      }
    };
  }
}
