package org.aragora.telemetry.doctor.top.figures;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The figures of {@code /api/v1/snapshot}, those of all processors as one. A figure that is not
 * served is absent.
 *
 * @param figures of Aragora, by their names in the answer
 * @param buckets cumulative counts of request latency, by upper bound
 * @param appendedRecords number of records that were ever appended to the input topics
 * @param owners partitions by the address of their processor
 * @param silent addresses of processors whose figures are not among these
 * @param exporters those whose addresses the processor has
 */
public record Snapshot(
    long timeMs,
    Service service,
    Serving serving,
    Map<String, Double> figures,
    NavigableMap<Double, Double> buckets,
    List<Topic> topics,
    OptionalDouble appendedRecords,
    Map<String, List<Integer>> owners,
    List<String> silent,
    List<Exporter> exporters) {
  private static final int VERSION = 1;

  /** State of the process that answered. */
  public record Service(
      String version,
      String applicationId,
      String topicPrefix,
      int generation,
      String state,
      Health live,
      Health ready) {}

  /** A health and the reason for it. */
  public record Health(boolean ok, String cause) {}

  /** Partitions that are served, of all of them. */
  public record Serving(List<Integer> partitions, int all, Optional<Boolean> ledgersBalance) {
    /** Returns true if other partitions are not among these. */
    public boolean isPart() {
      return partitions.size() < all;
    }

    Serving with(Serving peer) {
      TreeSet<Integer> served = new TreeSet<>(partitions);
      served.addAll(peer.partitions);
      return new Serving(List.copyOf(served), all, ledgersBalance.or(() -> peer.ledgersBalance));
    }
  }

  /** The ledger of a topic and its lag, by the names of the answer. */
  public record Topic(String name, Map<String, Double> figures) {
    public OptionalDouble figure(String figure) {
      return Snapshot.figure(figures, figure);
    }
  }

  /**
   * Reads an answer.
   *
   * @throws IllegalArgumentException in a sentence if it is not that of a processor
   */
  public static Snapshot of(JsonNode answer) {
    if (answer.path("version").asInt() != VERSION || !answer.path("serving").isObject()) {
      throw new IllegalArgumentException("answers with other figures than a processor");
    }
    Snapshot all = one(answer);
    for (JsonNode peer : answer.path("peers")) {
      all = all.with(peer.path("address").asText(), peer.path("figures"));
    }
    return all;
  }

  private static Snapshot one(JsonNode answer) {
    JsonNode service = answer.path("service");
    JsonNode serving = answer.path("serving");
    NavigableMap<Double, Double> buckets = new TreeMap<>();
    for (JsonNode bucket : answer.path("traffic").path("buckets")) {
      JsonNode bound = bucket.path("le");
      buckets.put(
          bound.isNumber() ? bound.asDouble() : Double.POSITIVE_INFINITY,
          bucket.path("count").asDouble());
    }
    List<Topic> topics = new ArrayList<>();
    for (JsonNode topic : answer.path("topics")) {
      topics.add(new Topic(topic.path("name").asText(), figures(topic)));
    }
    List<Integer> partitions = new ArrayList<>();
    serving.path("partitions").forEach(partition -> partitions.add(partition.asInt()));
    JsonNode balance = serving.path("ledgersBalance");
    String address = service.path("address").asText();
    Map<String, List<Integer>> owners = new TreeMap<>();
    owners.put(address.isEmpty() ? "this process" : address, partitions);
    return new Snapshot(
        answer.path("timeMs").asLong(),
        new Service(
            service.path("version").asText(),
            service.path("applicationId").asText(),
            service.path("topicPrefix").asText(),
            service.path("generation").asInt(-1),
            service.path("state").asText(),
            health(service.path("live")),
            health(service.path("ready"))),
        new Serving(
            partitions,
            serving.path("all").asInt(),
            balance.isBoolean() ? Optional.of(balance.asBoolean()) : Optional.empty()),
        figures(answer.path("traffic")),
        buckets,
        topics,
        number(answer.path("appendedRecords")),
        owners,
        List.of(),
        Exporter.of(answer.path("exporters")));
  }

  static Health health(JsonNode health) {
    return new Health(health.path("ok").asBoolean(), health.path("cause").asText());
  }

  static OptionalDouble number(JsonNode value) {
    return value.isNumber() ? OptionalDouble.of(value.asDouble()) : OptionalDouble.empty();
  }

  private static Map<String, Double> figures(JsonNode object) {
    Map<String, Double> figures = new HashMap<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (field.getValue().isNumber()) {
        figures.put(field.getKey(), field.getValue().asDouble());
      }
    }
    return figures;
  }

  /** Adds a peer's figures, unless they are not those of the rest of the same generation. */
  private Snapshot with(String address, JsonNode answer) {
    Snapshot peer = one(answer);
    boolean fits =
        answer.path("version").asInt() == VERSION
            && peer.service.generation == service.generation
            && Collections.disjoint(peer.serving.partitions, Set.copyOf(serving.partitions));
    Map<String, List<Integer>> allOwners = new TreeMap<>(owners);
    List<String> allSilent = new ArrayList<>(silent);
    if (!fits) {
      allSilent.add(address);
      return new Snapshot(
          timeMs,
          service,
          serving,
          figures,
          buckets,
          topics,
          appendedRecords,
          allOwners,
          allSilent,
          exporters);
    }
    allOwners.put(address, peer.serving.partitions);
    return new Snapshot(
        timeMs,
        service,
        serving.with(peer.serving),
        sums(figures, peer.figures),
        new TreeMap<>(sums(buckets, peer.buckets)),
        topics.isEmpty() ? peer.topics : topics,
        appendedRecords,
        allOwners,
        allSilent,
        exporters);
  }

  private static <K> Map<K, Double> sums(Map<K, Double> one, Map<K, Double> other) {
    Map<K, Double> sums = new HashMap<>(one);
    other.forEach((key, value) -> sums.merge(key, value, Double::sum));
    return sums;
  }

  public OptionalDouble figure(String name) {
    return figure(figures, name);
  }

  private static OptionalDouble figure(Map<String, Double> figures, String name) {
    Double value = figures.get(name);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Sum of a figure over the topics; empty if the ledgers are not served. */
  public OptionalDouble total(String figure) {
    return topics.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(topics.stream().mapToDouble(topic -> value(topic, figure)).sum());
  }

  private static double value(Topic topic, String figure) {
    return topic.figure(figure).orElse(0);
  }

  public OptionalDouble highest(String figure) {
    return topics.stream().flatMapToDouble(topic -> topic.figure(figure).stream()).max();
  }

  public OptionalDouble lowest(String figure) {
    return topics.stream().flatMapToDouble(topic -> topic.figure(figure).stream()).min();
  }
}
