package org.aragora.telemetry.exporter.core;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * What an exporter says about itself. Every record that it has read ends up in exactly one of
 * acknowledged, dead lettered and skipped, or is in flight, or was handed to the next owner of its
 * partition.
 */
public final class ExporterMetrics {

  private static final String PREFIX = "aragora_telemetry_exporter_";

  private final String exporter;
  private final Gauge lagRecords;
  private final Gauge inFlight;
  private final Counter sentItems;
  private final Counter acknowledgedItems;
  private final Counter acknowledged;
  private final Counter retries;
  private final Counter deadLettered;
  private final Counter skipped;
  private final Counter expired;
  private final Histogram duration;
  private volatile Map<String, Long> oldestTimestamps = Map.of();
  private Set<TopicPartition> reported = Set.of();

  /** Registers them all, so that they exist before the first record. */
  public ExporterMetrics(
      String exporter, Collection<String> topics, PrometheusRegistry registry, Clock clock) {
    this.exporter = exporter;
    lagRecords =
        Gauge.builder()
            .name(PREFIX + "lag_records")
            .help("Offsets of the partition that are not yet acknowledged by the backend")
            .labelNames("exporter", "topic", "partition")
            .register(registry);
    GaugeWithCallback.builder()
        .name(PREFIX + "lag_seconds")
        .help("Age of the oldest record of the topic that is not acknowledged, 0 if there is none")
        .labelNames("exporter", "topic")
        .callback(
            callback ->
                oldestTimestamps.forEach(
                    (topic, oldest) -> callback.call(ageSeconds(clock, oldest), exporter, topic)))
        .register(registry);
    inFlight =
        Gauge.builder()
            .name(PREFIX + "in_flight_records")
            .help("Records read that are neither acknowledged nor dead letters")
            .labelNames("exporter")
            .register(registry);
    sentItems =
        Counter.builder()
            .name(PREFIX + "sent_items_total")
            .help("Spans or lines sent, one that is sent again each time")
            .labelNames("exporter")
            .register(registry);
    acknowledgedItems =
        Counter.builder()
            .name(PREFIX + "acknowledged_items_total")
            .help("Spans or lines that the backend has acknowledged")
            .labelNames("exporter")
            .register(registry);
    acknowledged =
        Counter.builder()
            .name(PREFIX + "acknowledged_records_total")
            .help("Records that the backend has acknowledged")
            .labelNames("exporter", "topic")
            .register(registry);
    retries =
        Counter.builder()
            .name(PREFIX + "retries_total")
            .help("Batches that are sent again, by the cause of the transient answer")
            .labelNames("exporter", "cause")
            .register(registry);
    deadLettered =
        Counter.builder()
            .name(PREFIX + "dead_lettered_records_total")
            .help("Records that the backend refused for good, by reason")
            .labelNames("exporter", "reason")
            .register(registry);
    skipped =
        Counter.builder()
            .name(PREFIX + "skipped_records_total")
            .help("Records that are not to be exported, by reason")
            .labelNames("exporter", "topic", "reason")
            .register(registry);
    expired =
        Counter.builder()
            .name(PREFIX + "expired_records_total")
            .help("Offsets that the topic's retention removed before they were exported")
            .labelNames("exporter", "topic")
            .register(registry);
    duration =
        Histogram.builder()
            .name(PREFIX + "backend_duration_seconds")
            .help("Time from sending a batch to the backend's answer")
            .labelNames("exporter")
            .classicOnly()
            .classicUpperBounds(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10)
            .register(registry);
    inFlight.labelValues(exporter).set(0);
    sentItems.initLabelValues(exporter);
    acknowledgedItems.initLabelValues(exporter);
    duration.initLabelValues(exporter);
    topics.forEach(topic -> acknowledged.initLabelValues(exporter, topic));
    Answer.REASONS.forEach(reason -> deadLettered.initLabelValues(exporter, reason));
  }

  private static double ageSeconds(Clock clock, long oldestMs) {
    return oldestMs == 0 ? 0 : Math.max(0, clock.millis() - oldestMs) / 1000.0;
  }

  void sent(int items) {
    sentItems.labelValues(exporter).inc(items);
  }

  /** Counts a batch; most records follow one of the same topic. */
  void acknowledged(List<? extends Unit<?>> units) {
    long items = 0;
    int first = 0;
    for (int i = 0; i < units.size(); i++) {
      items += units.get(i).items;
      String topic = units.get(i).record.topic();
      if (i + 1 == units.size() || !topic.equals(units.get(i + 1).record.topic())) {
        acknowledged.labelValues(exporter, topic).inc(i + 1L - first);
        first = i + 1;
      }
    }
    acknowledgedItems.labelValues(exporter).inc(items);
  }

  void deadLettered(String reason) {
    deadLettered.labelValues(exporter, reason).inc();
  }

  void skipped(String topic, String reason) {
    skipped.labelValues(exporter, topic, reason).inc();
  }

  void expired(String topic, long offsets) {
    expired.labelValues(exporter, topic).inc(offsets);
  }

  void retried(String cause) {
    retries.labelValues(exporter, cause).inc();
  }

  void answered(long nanos) {
    duration.labelValues(exporter).observe(nanos / 1e9);
  }

  void inFlight(int records) {
    inFlight.labelValues(exporter).set(records);
  }

  /**
   * Lag of what this process owns; what it owns no longer disappears.
   *
   * @param records per partition
   * @param oldest per topic, append time of the oldest record that is not safe, 0 for none
   */
  void lag(Map<TopicPartition, Long> records, Map<String, Long> oldest) {
    for (TopicPartition gone : reported) {
      if (!records.containsKey(gone)) {
        lagRecords.remove(exporter, gone.topic(), Integer.toString(gone.partition()));
      }
    }
    records.forEach(
        (partition, lag) ->
            lagRecords
                .labelValues(exporter, partition.topic(), Integer.toString(partition.partition()))
                .set(lag));
    reported = Set.copyOf(records.keySet());
    oldestTimestamps = Map.copyOf(oldest);
  }
}
