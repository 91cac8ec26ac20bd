package org.aragora.telemetry.testbed.oracle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.aragora.telemetry.testbed.oracle.MetricTable.Kind;
import org.aragora.telemetry.testbed.oracle.MetricTable.Metric;
import org.jspecify.annotations.Nullable;

/** Series of one input partition, by the rules of {@link MetricTable} and the series limit. */
final class PartitionSeries {
  static final long MINUTE = 60_000_000_000L;

  /** Receives single changes of samples. */
  interface Changes {
    void added(String sample, Map<String, String> labels, long units);
  }

  private final int limit;
  private final @Nullable Changes changes;
  private final Map<String, SeriesTotal> totals = new TreeMap<>();
  private final Map<String, SeriesTotal> windows = new TreeMap<>();
  private final Map<String, TreeMap<Long, long[]>> ratios = new HashMap<>();
  private final Map<String, LastValue> ratings = new TreeMap<>();
  private final Map<String, InstanceState> instances = new TreeMap<>();
  private final Map<String, Set<List<String>>> admitted = new HashMap<>();
  private final Map<String, Set<List<String>>> seen = new HashMap<>();
  private long minute;
  private boolean windowOpen;

  PartitionSeries(int limit, @Nullable Changes changes) {
    this.limit = limit;
    this.changes = changes;
  }

  /** Sets the time of the next event and the state of the window of its minute. */
  void moveTo(long timeNanos, boolean isWindowOpen) {
    minute = Math.floorDiv(timeNanos, MINUTE);
    windowOpen = isWindowOpen;
  }

  /** Applies every rule of the event's type. */
  void count(CountedEvent event, LastValue.Order order) {
    for (Metric metric : MetricTable.ALL) {
      MetricTable.Rule rule = metric.rules().get(event.event().type());
      if (rule != null) {
        rule.count(event, new Adding(metric, order));
      }
    }
  }

  private final class Adding implements CountedEvent.Amounts {
    private final Metric metric;
    private final LastValue.Order order;

    Adding(Metric metric, LastValue.Order order) {
      this.metric = metric;
      this.order = order;
    }

    @Override
    public void add(long amount, String... labels) {
      if (metric.kind() != Kind.RATIO) {
        PartitionSeries.this.add(metric, amount, resolve(metric, List.of(labels)));
      } else if (windowOpen) {
        long[] hitsAndAll =
            ratios
                .computeIfAbsent(metric.name(), key -> new TreeMap<>())
                .computeIfAbsent(minute, key -> new long[2]);
        hitsAndAll[0] += amount;
        hitsAndAll[1]++;
      }
    }

    @Override
    public void last(double value, String... labels) {
      String agent = resolve(metric, List.of(labels)).get(0);
      ratings.merge(agent, new LastValue(order, value), LastValue::later);
    }
  }

  private void add(Metric metric, long amount, List<String> labels) {
    String key = metric.name() + "|" + String.join("|", labels);
    SeriesTotal total = totals.computeIfAbsent(key, missing -> new SeriesTotal(metric, labels));
    total.add(amount);
    if (windowOpen && metric.kind() != Kind.LEVEL) {
      windows.computeIfAbsent(key + "@" + minute, missing -> total.emptied()).add(amount);
    }
    if (changes != null) {
      SeriesTotal alone = total.emptied();
      alone.add(amount);
      alone.samples(
          (sample, named, units) -> {
            if (units.signum() != 0) {
              changes.added(sample, named, units.longValueExact());
            }
          });
    }
  }

  InstanceState instance(OracleEvent event) {
    List<String> labels = resolve(MetricTable.INSTANCE_UP, List.of(event.instance()));
    return instances.computeIfAbsent(labels.get(0), name -> new InstanceState());
  }

  /** The labels that a change goes to: over the limit, those of a new series are folded. */
  private List<String> resolve(Metric metric, List<String> labels) {
    Set<List<String>> known = seen.computeIfAbsent(metric.name(), key -> new HashSet<>());
    if (known.contains(labels)) {
      return labels;
    }
    List<String> folded = fold(metric, labels);
    Set<List<String>> taken = admitted.computeIfAbsent(metric.name(), key -> new HashSet<>());
    if (taken.size() >= limit && !folded.equals(labels)) {
      add(MetricTable.FOLDED, 1, List.of(metric.name()));
      known.add(folded);
      return folded;
    }
    known.add(labels);
    if (!folded.equals(labels) || !metric.folds()) {
      taken.add(labels);
    }
    return labels;
  }

  private static List<String> fold(Metric metric, List<String> labels) {
    List<String> folded = new ArrayList<>(labels);
    for (int i = 0; i < folded.size(); i++) {
      if (metric.folding().get(i)) {
        folded.set(i, "other");
      }
    }
    return folded;
  }

  Map<String, SeriesTotal> totals() {
    return totals;
  }

  Map<String, SeriesTotal> windows() {
    return windows;
  }

  /** Hits and events by minute. */
  NavigableMap<Long, long[]> ratio(Metric metric) {
    return ratios.getOrDefault(metric.name(), new TreeMap<>());
  }

  /** Ratings by agent. */
  Map<String, LastValue> ratings() {
    return ratings;
  }

  Map<String, InstanceState> instances() {
    return instances;
  }
}
