package org.aragora.telemetry.testbed.oracle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.aragora.telemetry.testbed.oracle.MetricTable.Kind;
import org.aragora.telemetry.testbed.oracle.MetricTable.Metric;
import org.jspecify.annotations.Nullable;

/**
 * Series of one input partition, by the rules of {@link MetricTable}, the series limit and the
 * retention.
 */
final class PartitionSeries {
  static final long MINUTE = 60_000_000_000L;
  private static final int LABEL_CHARACTERS = 128;
  private static final long HOUR_MS = 3_600_000;

  /** Receives single changes of samples. */
  interface Changes {
    void added(String sample, Map<String, String> labels, long units);
  }

  private final PartitionOracle.Rules rules;
  private final @Nullable Changes changes;
  private final Map<String, SeriesPart> living = new TreeMap<>();
  private final List<SeriesPart> retired = new ArrayList<>();
  private final Set<String> retiredMetrics = new HashSet<>();
  private final Map<String, SeriesTotal> windows = new TreeMap<>();
  private final Map<String, TreeMap<Long, long[]>> ratios = new HashMap<>();
  private final Map<String, Set<List<String>>> admitted = new HashMap<>();
  private final Map<String, Set<List<String>>> seen = new HashMap<>();
  private long nowMs;
  private long nextOffset;

  /** No part ends before. */
  private long firstEndMs = Long.MAX_VALUE;

  private long minute;
  private boolean windowOpen;

  PartitionSeries(PartitionOracle.Rules rules, @Nullable Changes changes) {
    this.rules = rules;
    this.changes = changes;
  }

  /** A record is next: retires what has been unchanged for its retention. */
  void read(long offset, long appendMs) {
    nextOffset = offset + 1;
    if (appendMs < nowMs) {
      setBack(appendMs);
    }
    nowMs = appendMs;
    if (appendMs <= firstEndMs) {
      return;
    }
    firstEndMs = Long.MAX_VALUE;
    for (SeriesPart part : List.copyOf(living.values())) {
      if (ends(part.metric) && part.quietSinceMs() + retentionMs(part.metric) < appendMs) {
        living.remove(part.series());
        retired.add(part);
        retiredMetrics.add(part.metric.name());
        seen.getOrDefault(part.metric.name(), Set.of()).remove(part.labels);
        admitted.getOrDefault(part.metric.name(), Set.of()).remove(part.labels);
        add(MetricTable.RETIRED, 1, List.of(part.metric.name()));
      } else if (ends(part.metric)) {
        firstEndMs = Math.min(firstEndMs, part.quietSinceMs() + retentionMs(part.metric));
      }
    }
  }

  /** The broker's clock was ahead: what lies in the future is of now. */
  private void setBack(long toMs) {
    firstEndMs = Long.MIN_VALUE;
    for (SeriesPart part : living.values()) {
      long aheadMs = part.changedMs - toMs;
      if (aheadMs > 0) {
        part.changedMs = toMs;
        if (part.instance != null) {
          part.instance.setBack(aheadMs);
        }
      }
    }
  }

  private static boolean ends(Metric metric) {
    return !metric.labels().isEmpty() && metric.kind() != Kind.LEVEL;
  }

  private long retentionMs(Metric metric) {
    return metric.labels().contains("instance_id")
        ? Math.min(HOUR_MS, rules.seriesRetentionMs())
        : rules.seriesRetentionMs();
  }

  private SeriesPart part(Metric metric, List<String> labels) {
    String series = metric.name() + "|" + String.join("|", labels);
    SeriesPart part =
        living.computeIfAbsent(
            series,
            none ->
                new SeriesPart(
                    metric, labels, retiredMetrics.contains(metric.name()) ? nextOffset : 0));
    part.changedMs = nowMs;
    firstEndMs = Math.min(firstEndMs, nowMs + retentionMs(metric));
    return part;
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
        rule.count(event, new Adding(metric, order, event.event().sampledTrace()));
      }
    }
  }

  private final class Adding implements CountedEvent.Amounts {
    private final Metric metric;
    private final LastValue.Order order;
    private final @Nullable String trace;

    Adding(Metric metric, LastValue.Order order, @Nullable String trace) {
      this.metric = metric;
      this.order = order;
      this.trace = trace;
    }

    @Override
    public void add(long amount, String... labels) {
      if (metric.kind() != Kind.RATIO) {
        PartitionSeries.this.add(
            metric, amount, resolve(metric, List.of(labels)), exemplar(amount));
      } else if (windowOpen) {
        long[] hitsAndAll =
            ratios
                .computeIfAbsent(metric.name(), key -> new TreeMap<>())
                .computeIfAbsent(minute, key -> new long[2]);
        hitsAndAll[0] += amount;
        hitsAndAll[1]++;
      }
    }

    private SeriesTotal.@Nullable Exemplar exemplar(long amount) {
      return trace == null ? null : new SeriesTotal.Exemplar(order.timeNanos(), trace, amount);
    }

    @Override
    public void last(double value, String... labels) {
      SeriesPart part = part(metric, resolve(metric, List.of(labels)));
      part.last = LastValue.later(part.last, new LastValue(order, value));
    }
  }

  private void add(Metric metric, long amount, List<String> labels) {
    add(metric, amount, labels, null);
  }

  private void add(
      Metric metric, long amount, List<String> labels, SeriesTotal.@Nullable Exemplar exemplar) {
    SeriesPart part = part(metric, labels);
    SeriesTotal total = Objects.requireNonNull(part.total);
    total.add(amount, exemplar);
    if (windowOpen && metric.kind() != Kind.LEVEL) {
      windows.computeIfAbsent(part.series() + "@" + minute, missing -> total.emptied()).add(amount);
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

  /** The state of an event's instance, which has one of its own over the limit too. */
  InstanceState instance(OracleEvent event) {
    List<String> labels = List.of(cut(event.instance()));
    boolean folded = !resolve(MetricTable.INSTANCE_UP, labels).equals(labels);
    InstanceState state = Objects.requireNonNull(part(MetricTable.INSTANCE_UP, labels).instance);
    state.setOverLimit(folded || labels.equals(List.of("other")));
    return state;
  }

  /** The labels that a change goes to: over the limit, those of a new series are folded. */
  private List<String> resolve(Metric metric, List<String> uncut) {
    List<String> labels = uncut.stream().map(PartitionSeries::cut).toList();
    Set<List<String>> known = seen.computeIfAbsent(metric.name(), key -> new HashSet<>());
    if (known.contains(labels)) {
      return labels;
    }
    List<String> folded = fold(metric, labels);
    Set<List<String>> taken = admitted.computeIfAbsent(metric.name(), key -> new HashSet<>());
    if (taken.size() >= rules.seriesLimit() && !folded.equals(labels)) {
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

  /** The first characters of a label's value. */
  private static String cut(String value) {
    return value.codePointCount(0, value.length()) <= LABEL_CHARACTERS
        ? value
        : value.substring(0, value.offsetByCodePoints(0, LABEL_CHARACTERS));
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

  /** Totals of the series that live. */
  Map<String, SeriesTotal> totals() {
    Map<String, SeriesTotal> totals = new TreeMap<>();
    living.forEach(
        (series, part) -> {
          if (part.total != null) {
            totals.put(series, part.total);
          }
        });
    return totals;
  }

  /** The parts that live and those that were retired. */
  List<SeriesPart> parts() {
    List<SeriesPart> parts = new ArrayList<>(retired);
    parts.addAll(living.values());
    return parts;
  }

  boolean isLiving(SeriesPart part) {
    return living.get(part.series()) == part;
  }

  Map<String, SeriesTotal> windows() {
    return windows;
  }

  /** Hits and events by minute. */
  NavigableMap<Long, long[]> ratio(Metric metric) {
    return ratios.getOrDefault(metric.name(), new TreeMap<>());
  }
}
