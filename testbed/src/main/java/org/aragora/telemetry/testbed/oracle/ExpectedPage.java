package org.aragora.telemetry.testbed.oracle;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.aragora.telemetry.testbed.oracle.MetricTable.Kind;
import org.aragora.telemetry.testbed.oracle.MetricTable.Metric;
import org.aragora.telemetry.testbed.service.SeriesName;

/** The samples that {@code /metrics} must have once every partition is read to its end. */
public final class ExpectedPage {
  private static final String OWN = "aragora_telemetry_";
  private static final long NANOS_PER_MS = 1_000_000;

  private final Collection<PartitionOracle> partitions;
  private final long nowMs;
  private final List<SeriesPart> parts = new ArrayList<>();
  private final Map<String, BigInteger> units = new HashMap<>();
  private final SortedMap<String, Double> samples = new TreeMap<>();

  private ExpectedPage(
      Collection<PartitionOracle> partitions, long nowMs, Predicate<String> ended) {
    this.partitions = partitions;
    this.nowMs = nowMs;
    for (PartitionOracle partition : partitions) {
      String task = partition.topic() + "-" + partition.partition().partition() + " ";
      for (SeriesPart part : partition.series().parts()) {
        if (!ended.test(task + part.name())) {
          parts.add(part);
        }
      }
    }
  }

  /**
   * Merges the partitions.
   *
   * @param nowMs the time of the scrape; everything was read to its end at that time
   * @return values by {@link SeriesName}; a series that is absent has the value 0
   */
  public static SortedMap<String, Double> samples(
      Collection<PartitionOracle> partitions, long nowMs) {
    return samples(partitions, nowMs, part -> false);
  }

  /**
   * Merges the parts that have not ended.
   *
   * @param ended matches the retired parts of series that have ended, by the text {@code
   *     topic-partition metric|label value#incarnation}
   */
  public static SortedMap<String, Double> samples(
      Collection<PartitionOracle> partitions, long nowMs, Predicate<String> ended) {
    ExpectedPage page = new ExpectedPage(partitions, nowMs, ended);
    page.totals();
    page.ratings();
    MetricTable.ALL.stream().filter(m -> m.kind() == Kind.RATIO).forEach(page::ratio);
    page.instances();
    page.accounts();
    page.units.forEach(
        (series, sum) ->
            page.put(
                series, SeriesTotal.value(SeriesName.parse(series).name(), sum).doubleValue()));
    return page.samples;
  }

  /**
   * The exemplars that {@code /metrics} must have beside its buckets.
   *
   * @param ended as in {@link #samples(Collection, long, Predicate)}
   * @return by the {@link SeriesName} of a bucket: trace id, span id, value in the unit of the
   *     buckets and milliseconds since 1970, with a space between
   */
  public static SortedMap<String, String> exemplars(
      Collection<PartitionOracle> partitions, Predicate<String> ended) {
    SortedMap<String, String> exemplars = new TreeMap<>();
    for (SeriesTotal total : merged(partitions, ended)) {
      total.exemplars(
          (name, labels, exemplar) -> {
            String sum = name.replaceFirst("_bucket$", "_sum");
            double value =
                SeriesTotal.value(sum, BigInteger.valueOf(exemplar.units())).doubleValue();
            long ms = Math.floorDiv(exemplar.timeNanos(), NANOS_PER_MS);
            exemplars.put(series(name, labels), exemplar.trace() + " " + value + " " + ms);
          });
    }
    return exemplars;
  }

  /**
   * The native histograms that {@code /metrics} must have beside the classic ones.
   *
   * @param ended as in {@link #samples(Collection, long, Predicate)}
   * @return by {@link SeriesName}: "zero", the count of values that are 0, and the counts by the
   *     index of their bucket
   */
  public static SortedMap<String, String> nativeHistograms(
      Collection<PartitionOracle> partitions, Predicate<String> ended) {
    SortedMap<String, String> histograms = new TreeMap<>();
    for (SeriesTotal total : merged(partitions, ended)) {
      total.nativeHistogram(
          (labels, buckets) -> histograms.put(series(total.name(), labels), buckets));
    }
    return histograms;
  }

  private static Collection<SeriesTotal> merged(
      Collection<PartitionOracle> partitions, Predicate<String> ended) {
    Map<String, SeriesTotal> merged = new HashMap<>();
    for (SeriesPart part : new ExpectedPage(partitions, 0, ended).parts) {
      if (part.total != null) {
        merged.merge(part.series(), part.total, SeriesTotal::plus);
      }
    }
    return merged.values();
  }

  private void totals() {
    for (SeriesPart part : parts) {
      if (part.total != null) {
        part.total.samples(
            (name, labels, sum) -> units.merge(series(name, labels), sum, BigInteger::add));
      }
    }
  }

  private void ratings() {
    Map<String, LastValue> latest = new HashMap<>();
    for (SeriesPart part : parts) {
      if (part.last != null) {
        latest.merge(part.labels.get(0), part.last, LastValue::later);
      }
    }
    latest.forEach(
        (agent, value) ->
            put(series("aragora_agent_elo_rating", Map.of("agent", agent)), value.value()));
  }

  private void ratio(Metric metric) {
    long highestNanos = Long.MIN_VALUE;
    long highestAppendMs = 0;
    TreeMap<Long, long[]> minutes = new TreeMap<>();
    for (PartitionOracle partition : partitions) {
      PartitionOracle.Figures figures = partition.figures();
      Long appendMs = figures.appendMs();
      if (partition.topic().equals(MetricTable.topicOf(metric)) && appendMs != null) {
        Long timeNanos = figures.partitionTimeNanos();
        Long timeAppendMs = figures.partitionTimeAppendMs();
        if (timeNanos != null && timeAppendMs != null && timeNanos >= highestNanos) {
          highestAppendMs =
              timeNanos > highestNanos ? timeAppendMs : Math.max(highestAppendMs, timeAppendMs);
          highestNanos = timeNanos;
        }
        partition
            .series()
            .ratio(metric)
            .forEach(
                (minute, counts) -> {
                  long[] all = minutes.computeIfAbsent(minute, key -> new long[2]);
                  all[0] += counts[0];
                  all[1] += counts[1];
                });
      }
    }
    if (highestNanos != Long.MIN_VALUE) {
      long now =
          Math.floorDiv(
              highestNanos + (nowMs - highestAppendMs) * 1_000_000, PartitionSeries.MINUTE);
      ratio(metric.name(), "5m", minutes.subMap(now - 4, true, now, true));
      ratio(metric.name(), "1h", minutes.subMap(now - 59, true, now, true));
    }
  }

  private void ratio(String metric, String window, Map<Long, long[]> minutes) {
    long hits = minutes.values().stream().mapToLong(counts -> counts[0]).sum();
    long all = minutes.values().stream().mapToLong(counts -> counts[1]).sum();
    if (all > 0) {
      put(series(metric, Map.of("window", window)), (double) hits / all);
    }
  }

  private void instances() {
    Map<String, InstanceState> merged = new TreeMap<>();
    for (SeriesPart part : parts) {
      if (part.instance != null) {
        merged.computeIfAbsent(part.labels.get(0), key -> new InstanceState()).merge(part.instance);
      }
    }
    merged.values().removeIf(state -> !state.isLive(nowMs));
    merged.forEach(
        (name, state) -> {
          String id = state.isOverLimit() ? "other" : name;
          samples.merge(series("aragora_instance_up", Map.of("instance_id", id)), 1.0, Double::sum);
        });
    put(
        "aragora_websocket_connections",
        merged.values().stream().mapToDouble(InstanceState::connections).sum());
  }

  private void accounts() {
    Map<List<String>, Long> dropped = new HashMap<>();
    for (PartitionOracle partition : partitions) {
      PartitionOracle.Figures figures = partition.figures();
      String topic = partition.partition().topic();
      Map<String, String> ofTopic = Map.of("topic", topic);
      add("events_total", Map.of("topic", topic, "outcome", "counted"), figures.counted());
      add("events_total", Map.of("topic", topic, "outcome", "duplicate"), figures.duplicates());
      add("events_total", Map.of("topic", topic, "outcome", "dead_letter"), figures.invalid());
      figures
          .deadLetters()
          .forEach(
              (reason, count) ->
                  add("dead_letters_total", Map.of("topic", topic, "reason", reason), count));
      add("late_events_total", ofTopic, figures.late());
      add("clock_skew_events_total", ofTopic, figures.skewed());
      add("missing_events", ofTopic, figures.missing());
      add(
          "consumed_offset",
          Map.of("topic", topic, "partition", String.valueOf(partition.partition().partition())),
          figures.nextOffset());
      partition.dropped().forEach((run, count) -> dropped.merge(run, count, Math::max));
    }
    dropped.forEach(
        (run, count) -> add("producer_dropped_events_total", Map.of("topic", run.get(0)), count));
  }

  private void add(String name, Map<String, String> labels, long value) {
    units.merge(series(OWN + name, labels), BigInteger.valueOf(value), BigInteger::add);
  }

  private static String series(String name, Map<String, String> labels) {
    return SeriesName.of(name, labels).toString();
  }

  private void put(String series, double value) {
    if (value != 0) {
      samples.put(series, value);
    }
  }
}
