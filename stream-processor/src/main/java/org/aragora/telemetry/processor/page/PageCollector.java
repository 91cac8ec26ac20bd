package org.aragora.telemetry.processor.page;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.aragora.telemetry.processor.page.PageFigures.Endpoint;
import org.aragora.telemetry.processor.page.PageFigures.Gauges;
import org.aragora.telemetry.processor.page.PageFigures.Topic;
import org.aragora.telemetry.processor.page.PageFigures.Traffic;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** Collects the figures of the page from the samples of one scrape. */
final class PageCollector {
  private static final String REQUESTS = "aragora_requests";
  private static final String LATENCY = "aragora_request_duration_seconds";
  private static final String DEBATES = "aragora_active_debates";
  private static final String CONNECTIONS = "aragora_websocket_connections";
  private static final String AGENT_CALLS = "aragora_agent_calls";
  private static final String INSTANCES = "aragora_instance_up";
  private static final String EVENTS = "aragora_telemetry_events";
  private static final String LATE = "aragora_telemetry_late_events";
  private static final String MISSING = "aragora_telemetry_missing_events";
  private static final String COMPLETE = "aragora_telemetry_complete_until_timestamp_seconds";
  private static final String LAG_SECONDS = "aragora_telemetry_lag_seconds";
  private static final String LAG_RECORDS = "aragora_telemetry_lag_records";
  private static final String UNSTABLE = "aragora_telemetry_unstable_records";
  private static final String DROPS = "aragora_telemetry_producer_dropped_events";

  /** The families that the page needs; the others are not collected for it. */
  static final Set<String> FAMILIES =
      Set.of(
          REQUESTS,
          LATENCY,
          DEBATES,
          CONNECTIONS,
          AGENT_CALLS,
          INSTANCES,
          EVENTS,
          LATE,
          MISSING,
          COMPLETE,
          LAG_SECONDS,
          LAG_RECORDS,
          UNSTABLE,
          DROPS);

  /** Endpoints with the most errors that the page gets; the graph has room for fewer. */
  private static final int MAX_ENDPOINTS = 50;

  private final Families families;

  PageCollector(MetricSnapshots scrape) {
    families = new Families(scrape);
  }

  Traffic traffic() {
    Map<Double, Double> buckets = families.buckets(LATENCY);
    return new Traffic(
        families.sum(REQUESTS),
        families.sum(REQUESTS, PageCollector::isServerError),
        endpoints(),
        List.copyOf(buckets.keySet()),
        List.copyOf(buckets.values()),
        new Gauges(
            families.sum(DEBATES),
            families.sum(CONNECTIONS),
            families.sum(AGENT_CALLS),
            families.sum(INSTANCES),
            count(INSTANCES, sample -> sample.value() == 0),
            families.sum(DROPS)));
  }

  private static boolean isServerError(Families.Sample sample) {
    return sample.label("status").startsWith("5");
  }

  private OptionalDouble count(String family, Predicate<Families.Sample> wanted) {
    return families.sum(family).isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) families.samples(family).filter(wanted).count());
  }

  private List<Endpoint> endpoints() {
    Map<String, Endpoint> byName = new TreeMap<>();
    families
        .samples(REQUESTS)
        .forEach(
            sample ->
                byName.merge(
                    sample.label("endpoint"),
                    new Endpoint(
                        sample.label("endpoint"),
                        sample.value(),
                        isServerError(sample) ? sample.value() : 0),
                    PageCollector::sum));
    return byName.values().stream()
        .sorted(
            Comparator.comparingDouble(Endpoint::serverErrors)
                .thenComparingDouble(Endpoint::requests)
                .reversed())
        .limit(MAX_ENDPOINTS)
        .toList();
  }

  private static Endpoint sum(Endpoint one, Endpoint other) {
    return new Endpoint(
        one.name(), one.requests() + other.requests(), one.serverErrors() + other.serverErrors());
  }

  /** The topics whose ledgers this process serves: all of them or none. */
  List<Topic> topics(String topicPrefix) {
    List<Topic> topics = new ArrayList<>();
    for (InputTopic topic : InputTopic.values()) {
      String name = topic.under(topicPrefix);
      if (of(EVENTS, name).isPresent()) {
        topics.add(
            new Topic(
                name,
                outcome(name, "counted"),
                outcome(name, "duplicate"),
                outcome(name, "dead_letter"),
                of(LATE, name).orElse(0),
                of(MISSING, name).orElse(0),
                of(COMPLETE, name),
                of(LAG_SECONDS, name),
                of(LAG_RECORDS, name),
                of(UNSTABLE, name)));
      }
    }
    return topics;
  }

  private double outcome(String topic, String outcome) {
    return families
        .sum(
            EVENTS,
            sample ->
                sample.label("topic").equals(topic) && sample.label("outcome").equals(outcome))
        .orElse(0);
  }

  private OptionalDouble of(String family, String topic) {
    return families.sum(family, sample -> sample.label("topic").equals(topic));
  }
}
