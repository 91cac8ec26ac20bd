package org.aragora.telemetry.processor;

import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * What belongs to this process alone, all under {@code aragora_telemetry_process_}: build, state,
 * series, JVM and Kafka clients.
 */
final class ProcessMetrics implements MultiCollector {
  static final String PREFIX = "aragora_telemetry_process_";

  private static final Set<String> CLIENT_GROUPS =
      Set.of("stream-metrics", "stream-thread-metrics", "consumer-coordinator-metrics");

  /** Those of Kafka's figures that a person on call asks for. */
  private static final Set<String> CLIENT_METRICS =
      Set.of(
          "alive-stream-threads",
          "failed-stream-threads",
          "commit-latency-avg",
          "commit-latency-max",
          "poll-latency-max",
          "process-latency-max",
          "process-rate",
          "commit-rate",
          "poll-records-avg",
          "assigned-partitions",
          "rebalance-latency-max",
          "last-rebalance-seconds-ago",
          "last-heartbeat-seconds-ago");

  private static final String JVM_PROCESS = "process_";

  private final PrometheusRegistry jvm = new PrometheusRegistry();
  private final Supplier<String> state;
  private final Supplier<Integer> series;
  private final Supplier<Map<MetricName, ? extends Metric>> clientMetrics;

  ProcessMetrics(
      Supplier<String> state,
      Supplier<Integer> series,
      Supplier<Map<MetricName, ? extends Metric>> clientMetrics) {
    this.state = state;
    this.series = series;
    this.clientMetrics = clientMetrics;
    JvmMetrics.builder().register(jvm);
  }

  @Override
  public MetricSnapshots collect() {
    List<MetricSnapshot> all = new ArrayList<>();
    all.add(
        InfoSnapshot.builder()
            .name(PREFIX + "build")
            .help("Version and revision of this process")
            .dataPoint(
                InfoSnapshot.InfoDataPointSnapshot.builder()
                    .labels(Labels.of("version", Build.version(), "revision", Build.revision()))
                    .build())
            .build());
    all.add(
        gauge(
            "state", "State of Kafka Streams in this process", Labels.of("state", state.get()), 1));
    all.add(
        gauge("series", "Series that this process has open", Labels.EMPTY, (double) series.get()));
    addClientMetrics(all);
    jvm.scrape().stream().map(ProcessMetrics::renamed).forEach(all::add);
    return new MetricSnapshots(all);
  }

  private static MetricSnapshot gauge(String name, String help, Labels labels, double value) {
    return GaugeSnapshot.builder()
        .name(PREFIX + name)
        .help(help)
        .dataPoint(
            GaugeSnapshot.GaugeDataPointSnapshot.builder().labels(labels).value(value).build())
        .build();
  }

  private void addClientMetrics(List<MetricSnapshot> all) {
    Map<String, GaugeSnapshot.Builder> families = new TreeMap<>();
    clientMetrics
        .get()
        .forEach(
            (name, metric) -> {
              if (CLIENT_GROUPS.contains(name.group())
                  && CLIENT_METRICS.contains(name.name())
                  && metric.metricValue() instanceof Number value
                  && Double.isFinite(value.doubleValue())) {
                String family = PREFIX + "kafka_" + name.name().replace('-', '_');
                families
                    .computeIfAbsent(
                        family,
                        f -> GaugeSnapshot.builder().name(f).help("Kafka's own: " + name.group()))
                    .dataPoint(
                        GaugeSnapshot.GaugeDataPointSnapshot.builder()
                            .labels(labels(name))
                            .value(value.doubleValue())
                            .build());
              }
            });
    families.values().forEach(family -> all.add(family.build()));
  }

  private static Labels labels(MetricName name) {
    String thread = name.tags().get("thread-id");
    String client = thread != null ? thread : name.tags().getOrDefault("client-id", "");
    return Labels.of("group", name.group(), "client", client);
  }

  private static MetricSnapshot renamed(MetricSnapshot of) {
    MetricMetadata old = of.getMetadata();
    String name =
        old.getName().startsWith(JVM_PROCESS)
            ? old.getName().substring(JVM_PROCESS.length())
            : old.getName();
    MetricMetadata metadata = new MetricMetadata(PREFIX + name, old.getHelp(), old.getUnit());
    if (of instanceof CounterSnapshot counter) {
      return new CounterSnapshot(metadata, counter.getDataPoints());
    }
    if (of instanceof GaugeSnapshot gauge) {
      return new GaugeSnapshot(metadata, gauge.getDataPoints());
    }
    if (of instanceof SummarySnapshot summary) {
      return new SummarySnapshot(metadata, summary.getDataPoints());
    }
    if (of instanceof InfoSnapshot info) {
      return new InfoSnapshot(metadata, info.getDataPoints());
    }
    throw new IllegalStateException("no JVM metric is a " + of.getClass().getSimpleName());
  }
}
