package org.aragora.telemetry.processor.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.Exemplar;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.aragora.telemetry.counting.value.exponential.ExponentialBuckets;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;
import org.aragora.telemetry.testbed.oracle.ExpectedPage;
import org.aragora.telemetry.testbed.oracle.PartitionOracle;
import org.aragora.telemetry.testbed.oracle.SeriesTotal;
import org.aragora.telemetry.testbed.oracle.record.InputRecord;
import org.aragora.telemetry.testbed.service.SeriesName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Random event streams through the real processors, with tasks that move, die and are rolled back
 * at random, against a plain model. {@code -Daragora.telemetry.property.tries} and {@code .seed}
 * choose more or other tries; a failure names its seed.
 */
class PipelinePropertyTest {
  private static final int TRIES = Integer.getInteger("aragora.telemetry.property.tries", 1_000);
  private static final long SEED = Long.getLong("aragora.telemetry.property.seed", 1);

  private static final Map<String, List<String>> FAILURES = new TreeMap<>();

  /** Metrics whose series are served as 0 first. */
  private static final Set<String> BORN_AT_ZERO =
      World.METRICS.stream()
          .filter(metric -> metric.type().isCumulative() && !metric.labels().isEmpty())
          .map(MetricDescriptor::name)
          .collect(Collectors.toSet());

  private static final Pattern CUMULATIVE =
      Pattern.compile("[a-z_]+_(?:total|bucket|count|seconds_sum)(?:\\{.*)?");

  /** Number of tries that came to each rare case. */
  private static final Map<String, Integer> ENDS = new TreeMap<>();

  private static final Map<String, Boolean> IS_CUMULATIVE = new HashMap<>();

  private static boolean isCumulative(String sample) {
    return IS_CUMULATIVE.computeIfAbsent(sample, s -> CUMULATIVE.matcher(s).matches());
  }

  /** Name of the metric that a sample belongs to. */
  private static String metric(String sample) {
    return SeriesName.parse(sample).name().replaceFirst("_(bucket|count|sum)$", "");
  }

  /** One run of the world serves all properties: it is what takes the time. */
  @BeforeAll
  static void tryAll() {
    for (long seed = SEED; seed < SEED + TRIES; seed++) {
      Watch watch = new Watch();
      World world;
      try {
        world = disturbed(seed, watch);
        check(seed, "steps back", () -> assertThat(watch.stepsBack).isEmpty());
        check(seed, "births", () -> assertThat(watch.unborn).isEmpty());
      } catch (RuntimeException e) {
        FAILURES.computeIfAbsent("crash", k -> new ArrayList<>()).add("seed " + seed + ": " + e);
        continue;
      }
      ENDS.merge("ends", world.ends.values().stream().mapToInt(n -> n).sum(), Integer::sum);
      ENDS.merge("merges", world.committed.merged().size(), Integer::sum);
      ENDS.merge("exemplars", world.scrapeExemplars().size(), Integer::sum);
      ENDS.merge("native histograms", world.scrapeNativeHistograms().size(), Integer::sum);
      Map<InputPartition, PartitionOracle> models = models(world);
      check(seed, "ledger", () -> same(ledgers(world), expectedLedgers(models)));
      check(seed, "totals", () -> same(totals(world), expectedTotals(world, models)));
      check(seed, "ends", () -> ends(world, models));
      if (!world.birth.isZero()) {
        check(seed, "increase", () -> same(watch.increases(), increases(models, world)));
      }
      check(seed, "windows", () -> same(windows(world), expectedWindows(models)));
      check(
          seed,
          "served",
          () ->
              same(
                  served(world),
                  ExpectedPage.samples(
                      models.values(),
                      world.logs.nowMs,
                      world.committed.deletedParts()::contains)));
      check(
          seed,
          "exemplars",
          () ->
              same(
                  world.scrapeExemplars(),
                  ExpectedPage.exemplars(
                      models.values(), world.committed.deletedParts()::contains)));
      check(
          seed,
          "native histograms",
          () ->
              same(
                  world.scrapeNativeHistograms(),
                  ExpectedPage.nativeHistograms(
                      models.values(), world.committed.deletedParts()::contains)));
      check(
          seed,
          "dead letters",
          () -> assertThat(world.deadLetters).isEqualTo(bad(models.values())));
      check(seed, "bytes", () -> sameBytes(world, straight(world)));
    }
  }

  private static void check(long seed, String property, Runnable assertion) {
    try {
      assertion.run();
    } catch (RuntimeException | AssertionError e) {
      FAILURES
          .computeIfAbsent(property, k -> new ArrayList<>())
          .add(
              "-Daragora.telemetry.property.seed=%d -Daragora.telemetry.property.tries=1: %s"
                  .formatted(seed, e.getMessage()));
    }
  }

  private static void holds(String property) {
    List<String> failures = FAILURES.getOrDefault(property, List.of());
    assertThat(failures.stream().limit(3)).as("%d seeds fail", failures.size()).isEmpty();
  }

  @Test
  void seriesEndAndPartsAreMerged() {
    assumeTrue(TRIES >= 100, "too few tries");
    assertThat(ENDS).allSatisfy((what, times) -> assertThat(times).isPositive());
  }

  @Test
  void nothingCrashes() {
    holds("crash");
  }

  @Test
  void everyRecordIsAccountedForAsTheModelSays() {
    holds("ledger");
  }

  @Test
  void everyBadRecordIsADeadLetterOnce() {
    holds("dead letters");
  }

  @Test
  void totalsEqualThePlainModel() {
    holds("totals");
  }

  @Test
  void windowsEqualThePlainModel() {
    holds("windows");
  }

  @Test
  void whatIsServedAfterMergingEqualsThePlainModel() {
    holds("served");
  }

  @Test
  void theServedExemplarsEqualThePlainModel() {
    holds("exemplars");
  }

  @Test
  void theServedNativeHistogramsEqualThePlainModel() {
    holds("native histograms");
  }

  @Test
  void theGrowthThatScrapesSeeIsEveryEventOverAllEndsAndReturns() {
    holds("increase");
  }

  @Test
  void aSeriesEndsOnceAllOfItsPartsAreRetired() {
    holds("ends");
  }

  @Test
  void noServedCounterOrBucketEverStepsBack() {
    holds("steps back");
  }

  @Test
  void everyNewSeriesIsServedAsZeroBeforeItsValue() {
    holds("births");
  }

  @Test
  void rollbacksRestartsAndSplitsLeaveNoTraceInAnyByte() {
    holds("bytes");
  }

  private static void sameBytes(World disturbed, World straight) {
    // When a series ends depends on what other partitions have done, and its mark with it.
    Set<String> ended = new HashSet<>(disturbed.committed.deleted());
    ended.addAll(straight.committed.deleted());
    for (World world : List.of(disturbed, straight)) {
      ended.addAll(world.committed.merged().keySet());
      world.committed.merged().values().forEach(ended::addAll);
    }
    Map<String, String> metrics = new TreeMap<>(disturbed.committed.values());
    Map<String, String> expected = new TreeMap<>(straight.committed.values());
    metrics.keySet().removeAll(ended);
    expected.keySet().removeAll(ended);
    same(metrics, expected);
    same(disturbed.windows, straight.windows);
    for (int i = 0; i < straight.tasks.size(); i++) {
      same(disturbed.tasks.get(i).stores(), straight.tasks.get(i).stores());
    }
  }

  private static int bad(Collection<PartitionOracle> models) {
    return models.stream().mapToInt(oracle -> (int) oracle.figures().invalid()).sum();
  }

  /** Shows what differs, and no more. */
  static <V> void same(Map<String, V> actual, Map<String, V> expected) {
    Set<String> keys = new TreeSet<>(actual.keySet());
    keys.addAll(expected.keySet());
    List<String> differences =
        keys.stream()
            .filter(key -> !Objects.equals(actual.get(key), expected.get(key)))
            .map(key -> key + " is " + actual.get(key) + ", must be " + expected.get(key))
            .toList();
    assertThat(differences).isEmpty();
  }

  /** Everything that can go wrong, at random; at rest in the end. */
  private static World disturbed(long seed, Watch watch) {
    Logs logs = new Logs(new Random(seed));
    Random random = new Random(~seed);
    World world =
        new World(
            logs,
            random.nextBoolean() ? 2000 : 1 + random.nextInt(4),
            Duration.ofSeconds(random.nextBoolean() ? 0 : 2),
            random.nextBoolean() ? Duration.ofDays(7) : Duration.ofSeconds(random.nextInt(300)),
            true,
            1 + random.nextInt(4),
            random);
    for (int step = 20 + random.nextInt(120); step > 0; step--) {
      move(world, random);
      if (step % 8 == 0) {
        watch.look(world);
        world.pollSeries();
      }
    }
    rest(world, watch);
    return world;
  }

  /** Everything is read; then young series become ripe, closed ones end, and their next lives. */
  private static void rest(World world, @Nullable Watch watch) {
    world.settle();
    for (int round = 0; round < 4; round++) {
      if (watch != null) {
        watch.look(world);
      }
      world.ripen();
    }
    if (watch != null) {
      watch.look(world);
    }
  }

  private static void move(World world, Random random) {
    List<InputTask> instance = world.instances.get(random.nextInt(world.instances.size()));
    int dice = random.nextInt(100);
    if (dice < 34) {
      for (int i = random.nextInt(6); i >= 0; i--) {
        world.logs.appendSome();
      }
    } else if (dice < 44) {
      world.logs.passTime();
    } else if (dice < 64) {
      instance.forEach(task -> task.process(random.nextInt(8)));
    } else if (dice < 72) {
      instance.forEach(InputTask::writeOut);
    } else if (dice < 82) {
      world.commit(instance);
    } else if (dice < 86) {
      instance.forEach(InputTask::abort);
    } else if (dice < 90) {
      List<InputTask> moved = List.copyOf(instance); // killed: others take over
      instance.clear();
      for (InputTask task : moved) {
        task.move();
        world.instances.get(random.nextInt(world.instances.size())).add(task);
      }
    } else if (dice < 93) {
      world.moveServer(random.nextInt(world.metricsPartitions), random.nextBoolean());
    } else {
      world.serveSome(random.nextInt(world.metricsPartitions), 1 + random.nextInt(60));
    }
  }

  /** The same records once more, in one go, in one task after the other, as a replay has them. */
  private static World straight(World disturbed) {
    World world =
        new World(
            disturbed.logs,
            disturbed.seriesLimit,
            disturbed.birth,
            disturbed.retention,
            false,
            disturbed.metricsPartitions,
            new Random(1));
    rest(world, null);
    return world;
  }

  /**
   * A Prometheus that scrapes between all other things. An absent series may return, but not with a
   * lower value unless it has ended. Gauges may fall.
   */
  private static final class Watch {
    final List<String> stepsBack = new ArrayList<>();
    final List<String> unborn = new ArrayList<>();
    private static final Map<String, String> SERIES = new HashMap<>();

    private final Map<String, Double> last = new HashMap<>();
    private final Map<String, Integer> ends = new HashMap<>();
    private final Map<String, BigDecimal> grown = new TreeMap<>();

    void look(World world) {
      Map<String, Integer> endsNow = new HashMap<>();
      world.ends.forEach((series, count) -> endsNow.put(name(series), count));
      world.scrape().forEach((sample, value) -> look(world, sample, value, endsNow));
    }

    private void look(World world, String sample, double value, Map<String, Integer> endsNow) {
      if (!isCumulative(sample)) {
        return;
      }
      Integer endsOfSeries =
          endsNow.isEmpty()
              ? 0
              : endsNow.getOrDefault(SERIES.computeIfAbsent(sample, Watch::series), 0);
      boolean ended = !endsOfSeries.equals(ends.put(sample, endsOfSeries));
      Double before = last.put(sample, value);
      if (before != null && value < before && !ended) {
        stepsBack.add("%s went from %s to %s".formatted(sample, before, value));
      }
      if ((before == null || ended)
          && value > 0
          && !world.birth.isZero()
          && BORN_AT_ZERO.contains(metric(sample))) {
        unborn.add("%s was %s when it was first served".formatted(sample, value));
      }
      BigDecimal growth = BigDecimal.valueOf(value);
      if (before != null && value >= before) {
        growth = growth.subtract(BigDecimal.valueOf(before));
      }
      grown.merge(sample, growth, BigDecimal::add);
    }

    private static String series(String sample) {
      SeriesName name = SeriesName.parse(sample);
      MetricDescriptor metric =
          World.METRICS.stream()
              .filter(m -> m.name().equals(metric(sample)))
              .findAny()
              .orElse(null);
      return metric == null
          ? sample
          : metric.name()
              + "|"
              + metric.labels().stream().map(name.labels()::get).collect(Collectors.joining("|"));
    }

    /** The growth of each sample, a fall counting as a new beginning. */
    Map<String, Double> increases() {
      Map<String, Double> increases = new TreeMap<>();
      grown.forEach(
          (sample, sum) -> {
            if (sum.signum() != 0) {
              increases.put(sample, rounded(sum));
            }
          });
      return increases;
    }
  }

  private static Map<InputPartition, PartitionOracle> models(World world) {
    Map<InputPartition, PartitionOracle> models = new TreeMap<>();
    world.logs.entries.forEach(
        (partition, entries) -> {
          PartitionOracle oracle =
              new PartitionOracle(
                  new TopicPartition(partition.topic().under("aragora."), partition.partition()),
                  "aragora.",
                  new PartitionOracle.Rules(
                      world.seriesLimit,
                      World.GRACE.toNanos(),
                      World.SKEW.toNanos(),
                      world.retention.toMillis()),
                  PartitionOracle.Additions.NONE);
          Map<String, Long> reasons = new TreeMap<>();
          for (Logs.Entry entry : entries) {
            oracle.read(InputRecord.of(entry.offset(), entry.appendMs(), entry.value()));
            if (entry.reason() != null) {
              reasons.merge(entry.reason(), 1L, Long::sum);
            }
          }
          // The writer of the records decides what is wrong with them, not the oracle.
          assertThat(oracle.figures().deadLetters()).isEqualTo(reasons);
          models.put(partition, oracle);
        });
    return models;
  }

  private static Map<String, Double> served(World world) {
    Map<String, Double> served = world.scrape();
    served.keySet().removeIf(sample -> sample.matches(".*(complete_until|lag_).*"));
    served.values().removeIf(value -> value == 0);
    return served;
  }

  /** By task and series, because the owner of a series merges what a task has retired. */
  private static Map<String, String> totals(World world) {
    Map<String, Aggregate> sums = new HashMap<>();
    world
        .committed
        .values()
        .forEach(
            (key, value) -> {
              if (MetricsKey.fromBytes(bytes(key)) instanceof MetricsKey.Partial part) {
                MetricDescriptor metric = metric(part.series());
                sums.computeIfAbsent(
                        part.task() + " " + name(part.series()), none -> Aggregate.zero(metric))
                    .merge(PartialValue.fromBytes(bytes(value)).read(metric));
              }
            });
    Map<String, String> totals = new TreeMap<>();
    sums.forEach(
        (series, sum) -> {
          String text = text(sum);
          if (text != null) {
            totals.put(series, text);
          }
        });
    return totals;
  }

  private static Map<String, String> expectedTotals(
      World world, Map<InputPartition, PartitionOracle> models) {
    Set<String> ended = world.committed.deletedParts();
    Map<String, SeriesTotal> sums = new TreeMap<>();
    models.forEach(
        (task, model) ->
            model
                .parts()
                .forEach(
                    (part, total) -> {
                      String name = task + " " + part;
                      if (!ended.contains(name)) {
                        sums.merge(
                            name.substring(0, name.lastIndexOf('#')), total, SeriesTotal::plus);
                      }
                    }));
    Map<String, String> totals = new TreeMap<>();
    sums.forEach((series, sum) -> totals.put(series, sum.toString()));
    return totals;
  }

  /** No part that lives was deleted; no series without one that lives is left. */
  private static void ends(World world, Map<InputPartition, PartitionOracle> models) {
    Set<String> living = new HashSet<>();
    models.forEach(
        (task, model) -> model.livingParts().forEach(part -> living.add(task + " " + part)));
    assertThat(world.committed.deletedParts()).as("deleted").noneMatch(living::contains);
    Set<SeriesKey> left = new HashSet<>();
    Set<SeriesKey> alive = new HashSet<>();
    for (String key : world.committed.values().keySet()) {
      if (MetricsKey.fromBytes(bytes(key)) instanceof MetricsKey.Partial part) {
        (living.contains(CommittedMetrics.name(part)) || !endsAtAll(part) ? alive : left)
            .add(part.series());
      } else if (MetricsKey.fromBytes(bytes(key)) instanceof MetricsKey.Ripe mark) {
        left.add(mark.series());
      }
    }
    left.removeAll(alive);
    assertThat(left).as("closed series, and marks without a series").isEmpty();
  }

  private static boolean endsAtAll(MetricsKey.Partial part) {
    return World.METRICS.stream()
        .filter(metric -> metric.name().equals(part.series().metric()))
        .anyMatch(MetricDescriptor::seriesEnd);
  }

  /** Every event that was ever counted, by the cumulative sample that it changes. */
  private static Map<String, Double> increases(
      Map<InputPartition, PartitionOracle> models, World world) {
    Map<String, Double> all =
        new TreeMap<>(ExpectedPage.samples(models.values(), world.logs.nowMs, part -> false));
    all.keySet().removeIf(sample -> !isCumulative(sample));
    all.replaceAll((sample, value) -> rounded(BigDecimal.valueOf(value)));
    return all;
  }

  /** Sums of doubles are not exact beyond 15 digits. */
  private static double rounded(BigDecimal sum) {
    return sum.round(new MathContext(12)).doubleValue();
  }

  private static Map<String, String> windows(World world) {
    Map<String, String> windows = new TreeMap<>();
    world.windows.forEach(
        (key, value) -> {
          WindowKey window = WindowKey.fromBytes(bytes(key));
          windows.put(
              window.task() + " " + name(window.series()) + "@" + window.minute(),
              text(window.series(), bytes(value)));
        });
    return windows;
  }

  private static Map<String, String> expectedWindows(Map<InputPartition, PartitionOracle> models) {
    Map<String, String> windows = new TreeMap<>();
    models.forEach(
        (task, model) ->
            model.windows().forEach((window, v) -> windows.put(task + " " + window, v.toString())));
    return windows;
  }

  private static Map<String, String> ledgers(World world) {
    Map<String, String> ledgers = new TreeMap<>();
    world
        .committed
        .values()
        .forEach(
            (key, value) -> {
              if (MetricsKey.fromBytes(bytes(key)) instanceof MetricsKey.LedgerOf of) {
                Ledger ledger = Ledger.read(new BinaryReader(bytes(value)));
                Map<String, Long> reasons = new TreeMap<>();
                for (DeadLetterReason reason : DeadLetterReason.values()) {
                  if (ledger.deadLetters(reason) > 0) {
                    reasons.put(reason.label(), ledger.deadLetters(reason));
                  }
                }
                ledgers.put(
                    of.task().toString(),
                    ledger(
                        ledger.read(),
                        ledger.counted(),
                        ledger.duplicate(),
                        reasons,
                        ledger.late(),
                        ledger.clockSkew(),
                        ledger.missing(),
                        ledger.nextOffset(),
                        ledger.partitionTimeNanos(),
                        ledger.appendTimeMs()));
              }
            });
    return ledgers;
  }

  private static Map<String, String> expectedLedgers(Map<InputPartition, PartitionOracle> models) {
    Map<String, String> ledgers = new TreeMap<>();
    models.forEach((task, model) -> ledgers.put(task.toString(), ledger(model.figures())));
    return ledgers;
  }

  private static String ledger(PartitionOracle.Figures figures) {
    return ledger(
        figures.read(),
        figures.counted(),
        figures.duplicates(),
        new TreeMap<>(figures.deadLetters()),
        figures.late(),
        figures.skewed(),
        figures.missing(),
        figures.nextOffset(),
        figures.partitionTimeNanos() == null ? Long.MIN_VALUE : figures.partitionTimeNanos(),
        figures.appendMs() == null ? Long.MIN_VALUE : figures.appendMs());
  }

  private static String ledger(Object... figures) {
    return List.of(figures).toString();
  }

  /** Null for what is compared as it is served. */
  private static String text(SeriesKey series, byte[] stored) {
    return text(PartialValue.fromBytes(stored).read(metric(series)));
  }

  private static MetricDescriptor metric(SeriesKey series) {
    return World.METRICS.stream()
        .filter(m -> m.name().equals(series.metric()))
        .findAny()
        .orElseThrow();
  }

  private static String text(Aggregate value) {
    if (value instanceof HistogramAggregate histogram) {
      List<Long> buckets = new ArrayList<>();
      for (int i = 0; i < histogram.buckets(); i++) {
        buckets.add(histogram.count(i));
      }
      StringBuilder text = new StringBuilder(List.of(buckets, histogram.sum()).toString());
      for (int i = 0; i < histogram.buckets(); i++) {
        Exemplar exemplar = histogram.exemplar(i);
        if (exemplar != null) {
          text.append(
              ", %s %s of %d at %d"
                  .formatted(
                      exemplar.traceId(),
                      exemplar.spanId(),
                      exemplar.units(),
                      exemplar.timeNanos()));
        }
      }
      ExponentialBuckets exponential = histogram.exponential();
      if (exponential != null) {
        Map<Integer, Long> counts = new TreeMap<>();
        for (int i = 0; i < exponential.size(); i++) {
          counts.put(exponential.index(i), exponential.count(i));
        }
        text.append(", zero %d %s".formatted(exponential.zeros(), counts));
      }
      return text.toString();
    }
    return value instanceof SumAggregate sum ? sum.total().toString() : null;
  }

  private static String name(SeriesKey series) {
    return series.metric() + "|" + String.join("|", series.labelValues());
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
