package org.aragora.telemetry.exporter.health;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.exporter.backend.Answer;

/**
 * Metrics of an exporter. Every record read is counted in exactly one of acknowledged, dead
 * lettered and skipped, or is in flight, or was passed to the next owner of its partition.
 */
public final class ExporterMetrics {

  private static final String PREFIX = "aragora_telemetry_exporter_";
  private static final String EXPORTER = "exporter";
  private static final String TOPIC = "topic";

  private final String exporter;
  private final PrometheusRegistry registry;
  private final Gauge lagRecords;
  private final Gauge unstableRecords;
  private final Gauge inFlight;
  private final Counter sentItems;
  private final Counter acknowledgedItems;
  private final Counter acknowledged;
  private final Counter retries;
  private final Counter deadLettered;
  private final Counter skipped;
  private final Counter expired;
  private final Histogram duration;
  private final Clock clock;
  private final PartitionTallies tallies = new PartitionTallies();
  private volatile int parked;
  private volatile Map<String, Long> oldestTimestamps = Map.of();

  /** Registers all metrics, so that they exist before the first record. */
  public ExporterMetrics(
      String exporter, Collection<String> topics, PrometheusRegistry registry, Clock clock) {
    this.exporter = exporter;
    this.registry = registry;
    this.clock = clock;
    lagRecords =
        gauge(
            PREFIX + "lag_records",
            "Offsets of the partition that are not yet acknowledged by the backend",
            EXPORTER,
            TOPIC,
            "partition");
    unstableRecords =
        gauge(
            PREFIX + "unstable_records",
            "Offsets of the partition that an open transaction holds back from every reader",
            EXPORTER,
            TOPIC,
            "partition");
    GaugeWithCallback.builder()
        .name(PREFIX + "lag_seconds")
        .help("Age of the oldest record of the topic that is not acknowledged, 0 if there is none")
        .labelNames(EXPORTER, TOPIC)
        .callback(
            callback ->
                oldestTimestamps.forEach(
                    (topic, oldest) -> callback.call(ageSeconds(clock, oldest), exporter, topic)))
        .register(registry);
    inFlight =
        gauge(
            PREFIX + "in_flight_records",
            "Records read that are neither acknowledged nor dead letters",
            EXPORTER);
    sentItems =
        counter(
            PREFIX + "sent_items_total",
            "Spans or lines sent, one that is sent again each time",
            EXPORTER);
    acknowledgedItems =
        counter(
            PREFIX + "acknowledged_items_total",
            "Spans or lines that the backend has acknowledged",
            EXPORTER);
    acknowledged =
        counter(
            PREFIX + "acknowledged_records_total",
            "Records that the backend has acknowledged",
            EXPORTER,
            TOPIC);
    retries =
        counter(
            PREFIX + "retries_total",
            "Batches that are sent again, by the cause of the transient answer",
            EXPORTER,
            "cause");
    deadLettered =
        counter(
            PREFIX + "dead_lettered_records_total",
            "Records that the backend refused for good, by reason",
            EXPORTER,
            "reason");
    skipped =
        counter(
            PREFIX + "skipped_records_total",
            "Records that are not to be exported, by reason",
            EXPORTER,
            TOPIC,
            "reason");
    expired =
        counter(
            PREFIX + "expired_records_total",
            "Offsets that the topic's retention removed before they were exported",
            EXPORTER,
            TOPIC);
    duration =
        Histogram.builder()
            .name(PREFIX + "backend_duration_seconds")
            .help("Time from sending a batch to the backend's answer")
            .labelNames(EXPORTER)
            .classicOnly()
            .classicUpperBounds(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10)
            .register(registry);
    inFlight.labelValues(exporter).set(0);
    sentItems.initLabelValues(exporter);
    acknowledgedItems.initLabelValues(exporter);
    duration.initLabelValues(exporter);
    topics.forEach(topic -> acknowledged.initLabelValues(exporter, topic));
    for (Answer.Reason reason : Answer.Reason.values()) {
      deadLettered.initLabelValues(exporter, reason.label());
    }
  }

  private Counter counter(String name, String help, String... labels) {
    return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  private Gauge gauge(String name, String help, String... labels) {
    return Gauge.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  private static double ageSeconds(Clock clock, long oldestMs) {
    return oldestMs == 0 ? 0 : Math.max(0, clock.millis() - oldestMs) / 1000.0;
  }

  public void sent(int items) {
    sentItems.labelValues(exporter).inc(items);
  }

  public void acknowledgedItems(int items) {
    acknowledgedItems.labelValues(exporter).inc(items);
  }

  public void acknowledged(String topic, long records) {
    acknowledged.labelValues(exporter, topic).inc(records);
  }

  /** Counts a record of a partition that the backend has acknowledged, beside its topic's. */
  public void exported(TopicPartition partition) {
    tallies.exported(partition);
  }

  public void deadLettered(TopicPartition partition, Answer.Reason reason) {
    deadLettered.labelValues(exporter, reason.label()).inc();
    tallies.deadLettered(partition);
  }

  public void skipped(TopicPartition partition, String reason) {
    skipped.labelValues(exporter, partition.topic(), reason).inc();
    tallies.skipped(partition);
  }

  public void expired(String topic, long offsets) {
    expired.labelValues(exporter, topic).inc(offsets);
  }

  public void retried(String cause) {
    retries.labelValues(exporter, cause).inc();
  }

  public void answered(long nanos) {
    duration.labelValues(exporter).observe(nanos / 1e9);
  }

  /** Sets the records without an answer, and those of them that wait for their next attempt. */
  public void inFlight(int records, int waiting) {
    inFlight.labelValues(exporter).set(records);
    parked = waiting;
  }

  /**
   * Sets the lag of the owned partitions; the series of lost partitions disappear.
   *
   * @param records number per partition
   * @param unstable number of them that an open transaction holds back, per partition
   * @param oldest append time of the oldest record that is not acknowledged, per topic, 0 without
   */
  public void lag(
      Map<TopicPartition, Long> records,
      Map<TopicPartition, Long> unstable,
      Map<String, Long> oldest) {
    for (TopicPartition lost : tallies.owned()) {
      if (!records.containsKey(lost)) {
        String partition = Integer.toString(lost.partition());
        lagRecords.remove(exporter, lost.topic(), partition);
        unstableRecords.remove(exporter, lost.topic(), partition);
      }
    }
    set(lagRecords, records);
    set(unstableRecords, unstable);
    tallies.lag(records, unstable);
    oldestTimestamps = Map.copyOf(oldest);
  }

  private void set(Gauge gauge, Map<TopicPartition, Long> values) {
    values.forEach(
        (partition, value) ->
            gauge
                .labelValues(exporter, partition.topic(), Integer.toString(partition.partition()))
                .set(value));
  }

  /** Returns the figures at this moment. */
  public ExporterFigures figures() {
    return new ExporterFigures(
        oldestTimestamps.values().stream().mapToDouble(oldest -> ageSeconds(clock, oldest)).max(),
        tallies.owned().size(),
        (long) inFlight.labelValues(exporter).get(),
        parked,
        acknowledgedItems.labelValues(exporter).getLongValue(),
        byLabel(retries, "cause"),
        byLabel(deadLettered, "reason"),
        tallies.figures());
  }

  private static Map<String, Long> byLabel(Counter counter, String label) {
    Map<String, Long> counts = new TreeMap<>();
    counter
        .collect()
        .getDataPoints()
        .forEach(
            point ->
                counts.merge(
                    String.valueOf(point.getLabels().get(label)),
                    (long) point.getValue(),
                    Long::sum));
    return counts;
  }
}
