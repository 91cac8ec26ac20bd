package org.aragora.telemetry.processor;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.aragora.telemetry.processor.generation.GenerationPipeline;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of this process alone, all under {@code aragora_telemetry_process_}: build, state, series
 * and Kafka clients. Those of the JVM have their standard names and are not among them.
 */
final class ProcessMetrics implements MultiCollector {
  static final String PREFIX = "aragora_telemetry_process_";

  private static final Set<String> CLIENT_GROUPS =
      Set.of(
          "stream-metrics",
          "stream-thread-metrics",
          "consumer-coordinator-metrics",
          "producer-metrics");

  /** Kafka's own metrics that help a person on call. */
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
          "last-heartbeat-seconds-ago",
          "rebalance-total",
          "failed-rebalance-total",
          "txn-abort-time-ns-total",
          "record-error-total",
          "request-latency-avg",
          "request-latency-max");

  private static final String TOTAL = "_total";

  /** Unit in Kafka's names; Prometheus' names have seconds. */
  private static final String NANOS = "-ns-";

  private static final double NANOS_PER_SECOND = 1e9;

  private static final Properties BUILD = build();

  private final Supplier<@Nullable GenerationPipeline> pipeline;

  /** {@code pipeline}: returns the running pipeline, null while none runs. */
  ProcessMetrics(Supplier<@Nullable GenerationPipeline> pipeline) {
    this.pipeline = pipeline;
  }

  /** Returns the version or the revision; the build leaves its placeholder if it has no value. */
  static String build(String key) {
    String value = BUILD.getProperty(key, "");
    return value.isBlank() || value.startsWith("${") ? "unknown" : value;
  }

  private static Properties build() {
    Properties build = new Properties();
    try (InputStream in = ProcessMetrics.class.getResourceAsStream("build.properties")) {
      build.load(in);
    } catch (IOException e) {
      throw new IllegalStateException("build.properties on the class path cannot be read", e);
    }
    return build;
  }

  @Override
  public MetricSnapshots collect() {
    GenerationPipeline running = pipeline.get();
    List<MetricSnapshot> all = new ArrayList<>();
    all.add(
        InfoSnapshot.builder()
            .name(PREFIX + "build")
            .help("Version and revision of this process")
            .dataPoint(
                InfoSnapshot.InfoDataPointSnapshot.builder()
                    .labels(Labels.of("version", build("version"), "revision", build("revision")))
                    .build())
            .build());
    String state = running == null ? "CONNECTING" : running.state();
    int series = running == null ? 0 : running.openSeries();
    all.add(gauge("state", "State of Kafka Streams in this process", Labels.of("state", state), 1));
    all.add(gauge("series", "Series that this process has open", Labels.EMPTY, series));
    all.add(
        gauge(
            "stopped",
            "1 if counting has stopped until somebody removes the cause, which /health/live reports",
            Labels.EMPTY,
            running != null && running.hasStopped() ? 1 : 0));
    all.add(
        gauge(
            "foreign_records",
            "Records of the metrics topic, read by this process, that no release has written",
            Labels.EMPTY,
            running == null ? 0 : (double) running.foreignRecords()));
    if (running != null) {
      all.addAll(clientMetrics(running.clientMetrics()));
    }
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

  static List<MetricSnapshot> clientMetrics(Map<MetricName, ? extends Metric> metrics) {
    Map<String, List<Reading>> families = new TreeMap<>();
    metrics.forEach(
        (name, metric) -> {
          if (CLIENT_GROUPS.contains(name.group())
              && CLIENT_METRICS.contains(name.name())
              && metric.metricValue() instanceof Number value
              && Double.isFinite(value.doubleValue())) {
            boolean nanos = name.name().contains(NANOS);
            families
                .computeIfAbsent(
                    PREFIX + "kafka_" + name.name().replace(NANOS, "-seconds-").replace('-', '_'),
                    f -> new ArrayList<>())
                .add(new Reading(name, value.doubleValue() / (nanos ? NANOS_PER_SECOND : 1)));
          }
        });
    return families.entrySet().stream()
        .map(family -> family(family.getKey(), family.getValue()))
        .toList();
  }

  /** Value of one of Kafka's metrics. */
  private record Reading(MetricName name, double value) {
    private Labels labels() {
      String thread = name.tags().get("thread-id");
      String client = thread != null ? thread : name.tags().getOrDefault("client-id", "");
      return Labels.of("group", name.group(), "client", client);
    }
  }

  /** Kafka's totals only grow while their client lives; what else it measures is a gauge. */
  private static MetricSnapshot family(String name, List<Reading> readings) {
    String help = "Kafka's own: " + readings.get(0).name().group();
    if (name.endsWith(TOTAL)) {
      CounterSnapshot.Builder counter =
          CounterSnapshot.builder()
              .name(name.substring(0, name.length() - TOTAL.length()))
              .help(help);
      readings.forEach(
          of ->
              counter.dataPoint(
                  CounterSnapshot.CounterDataPointSnapshot.builder()
                      .labels(of.labels())
                      .value(of.value())
                      .build()));
      return counter.build();
    }
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
    readings.forEach(
        of ->
            gauge.dataPoint(
                GaugeSnapshot.GaugeDataPointSnapshot.builder()
                    .labels(of.labels())
                    .value(of.value())
                    .build()));
    return gauge.build();
  }
}
