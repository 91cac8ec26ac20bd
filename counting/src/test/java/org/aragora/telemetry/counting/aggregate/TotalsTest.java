package org.aragora.telemetry.counting.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.counting.fixtures.EarlierGeneration;
import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.aragora.telemetry.counting.fixtures.OneChange;
import org.aragora.telemetry.counting.fixtures.RecordingSink;
import org.aragora.telemetry.counting.fixtures.Rules;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.StoredMap.Entry;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.counting.value.IncompatibleMetricException;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class TotalsTest {
  private static final InputPartition TASK = new InputPartition(InputTopic.REQUESTS, 2);
  private static final MetricDescriptor CALLS =
      MetricDescriptor.of(MetricType.COUNTER, "calls_total", "Calls.", "agent", "status");
  private static final MetricDescriptor LEVELS =
      MetricDescriptor.of(MetricType.COUNTER, "levels_total", "Levels.", "level");
  private static final MetricDescriptor PLAIN =
      MetricDescriptor.of(MetricType.COUNTER, "plain_total", "Plain.");

  private final Map<String, MetricDescriptor> metrics = new HashMap<>();
  private WriteBehind store = MemoryStores.behind();
  private int limit = 2;
  private Duration birth = Duration.ofSeconds(20);
  private Handover handover = Handover.NONE;
  private final RecordingSink sink = new RecordingSink();
  private long nowMs = 1_800_000_000_000L;
  private long offset;

  TotalsTest() {
    for (MetricDescriptor metric : List.of(CALLS, LEVELS, PLAIN, Totals.FOLDED, Totals.RETIRED)) {
      metrics.put(metric.name(), metric);
    }
  }

  private Totals open() {
    store = MemoryStores.copy(store);
    return new Totals(new Tallies.Owner(TASK, metrics), Rules.with(limit, birth), handover, store);
  }

  @Test
  void overTheLimitLabelsWithoutALimitBecomeOtherAndTheSumStaysRight() {
    Totals totals = open();
    for (String agent : List.of("a", "b", "c", "d", "a", "c")) {
      add(totals, CALLS, agent, "ok");
    }
    add(totals, CALLS, "e", "error");
    assertThat(written(totals))
        .containsEntry("calls_total[a, ok]", "2")
        .containsEntry("calls_total[b, ok]", "1")
        .containsEntry("calls_total[other, ok]", "3")
        .containsEntry("calls_total[other, error]", "1")
        .containsEntry("aragora_telemetry_series_folded_total[calls_total]", "4")
        .hasSize(5);
  }

  @Test
  void aMetricWithoutSuchLabelsIsNotFolded() {
    Totals totals = open();
    for (String level : List.of("A", "B", "C", "D")) {
      add(totals, LEVELS, level);
    }
    assertThat(written(totals)).hasSize(4);
  }

  @Test
  void theSameSeriesAreAdmittedWhereverARestartFalls() {
    List<String> agents = List.of("b", "other", "a", "c", "b", "d", "a");
    Map<String, String> expected = null;
    for (int restart = 0; restart <= agents.size(); restart++) {
      store = MemoryStores.behind();
      Totals totals = open();
      for (int i = 0; i < agents.size(); i++) {
        totals = i == restart ? open() : totals;
        add(totals, CALLS, agents.get(i), "ok");
      }
      Map<String, String> written = written(open());
      expected = expected == null ? written : expected;
      assertThat(written).as("restart before %d", restart).isEqualTo(expected);
    }
    assertThat(expected).containsKeys("calls_total[b, ok]", "calls_total[a, ok]");
  }

  @Test
  void aNewSeriesWithLabelsHasToBeServedAsZeroFirst() {
    Totals totals = open();
    add(totals, CALLS, "a", "ok");
    add(totals, PLAIN);
    assertThat(startsAtValue(totals))
        .containsEntry("calls_total[a, ok]", false)
        .containsEntry("plain_total[]", true);
  }

  @Test
  void aSeriesThatAnotherGenerationHasServedIsNotNew() {
    handover = new EarlierGeneration(0, 2, 0);
    Totals totals = open();
    add(totals, CALLS, "a", "ok"); // record 0, next offset 1
    add(totals, CALLS, "b", "ok"); // record 1: the last that was served
    add(totals, LEVELS, "INFO"); // record 2

    assertThat(startsAtValue(totals).values()).containsExactly(true, true, false);
  }

  @Test
  void withoutBirthTimeNoSeriesHasTo() {
    birth = Duration.ZERO;
    Totals totals = open();
    add(totals, CALLS, "a", "ok");
    assertThat(startsAtValue(totals)).containsEntry("calls_total[a, ok]", true);
  }

  @Test
  void whetherItHasToIsKeptOverARestart() {
    add(open(), CALLS, "a", "ok");
    birth = Duration.ZERO;
    Totals restarted = open();
    add(restarted, CALLS, "b", "ok");
    assertThat(startsAtValue(restarted))
        .containsEntry("calls_total[a, ok]", false)
        .containsEntry("calls_total[b, ok]", true);
  }

  @Test
  void onlyWhatChangedIsWrittenButEverythingAfterARestart() {
    birth = Duration.ZERO;
    Totals totals = open();
    add(totals, CALLS, "a", "ok");
    add(totals, CALLS, "b", "ok");
    assertThat(written(totals)).hasSize(2);
    add(totals, CALLS, "b", "ok");
    assertThat(written(totals)).containsExactly(Map.entry("calls_total[b, ok]", "2"));
    assertThat(written(open())).hasSize(2);
  }

  @Test
  void aMetricThatIsNotKnownIsCarriedThrough() {
    birth = Duration.ZERO;
    add(open(), CALLS, "a", "ok");
    Map<String, String> before = MemoryStores.contents(store);
    metrics.remove("calls_total");
    Totals older = open();
    assertThat(out(older)).hasSize(1);
    assertThat(MemoryStores.contents(store)).isEqualTo(before);
    metrics.put(CALLS.name(), CALLS);
    add(open(), CALLS, "a", "ok");
    assertThat(written(open())).containsEntry("calls_total[a, ok]", "2");
  }

  @Test
  void aMetricOfAnotherShapeRefusesToStartAndNamesTheReplay() {
    add(open(), CALLS, "a", "ok");
    metrics.put(
        CALLS.name(), MetricDescriptor.of(MetricType.COUNTER, "calls_total", "Calls.", "agent"));
    assertThatThrownBy(this::open)
        .isInstanceOf(IncompatibleMetricException.class)
        .hasMessage(
            "calls_total is now a counter with labels [agent], but input partition requests-2 holds values of another type, labels or bounds; run 'bin/telemetry replay --output generation' to count them anew from the topics, then 'replay promote'");
  }

  @Test
  void aNewHelpTextIsNoOtherShape() {
    birth = Duration.ZERO;
    add(open(), CALLS, "a", "ok");
    metrics.put(
        CALLS.name(),
        MetricDescriptor.of(MetricType.COUNTER, "calls_total", "Better.", "agent", "status"));
    assertThat(written(open())).containsEntry("calls_total[a, ok]", "1");
  }

  @Test
  void eachValueSaysUpToWhichOffsetItCounts() {
    birth = Duration.ZERO;
    Totals totals = open();
    offset = 41;
    add(totals, CALLS, "a", "ok");
    assertThat(out(totals).values().iterator().next().nextOffset()).isEqualTo(42);
  }

  private void add(Totals totals, MetricDescriptor metric, String... labels) {
    CountedEvent event = OneChange.event(offset++, 0, 0);
    totals.moveTo(nowMs, offset, sink);
    Entry<SeriesKey, Tally> series =
        totals.resolve(new OneChange(metric, List.of(labels), event, value -> {}));
    ((SumAggregate) series.value().value).add(1);
    totals.write(series);
  }

  private Map<String, String> written(Totals totals) {
    Map<String, String> values = new LinkedHashMap<>();
    out(totals)
        .forEach(
            (name, value) ->
                values.put(
                    name,
                    ((SumAggregate) value.read(metrics.get(name.substring(0, name.indexOf('[')))))
                        .total()
                        .toString()));
    return values;
  }

  private static Map<String, Boolean> startsAtValue(Totals totals) {
    Map<String, Boolean> startsAtValue = new LinkedHashMap<>();
    out(totals).forEach((name, value) -> startsAtValue.put(name, value.startsAtValue()));
    return startsAtValue;
  }

  private static Map<String, PartialValue> out(Totals totals) {
    RecordingSink sink = new RecordingSink();
    totals.writeOut(sink);
    Map<String, PartialValue> out = new LinkedHashMap<>();
    sink.totals.forEach(
        (key, value) -> {
          assertThat(key.task()).isEqualTo(TASK);
          out.put(key.series().metric() + key.series().labelValues(), value);
        });
    return out;
  }
}
