package org.aragora.telemetry.counting.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.aragora.telemetry.counting.fixtures.OneChange;
import org.aragora.telemetry.counting.fixtures.RecordingSink;
import org.aragora.telemetry.counting.fixtures.Rules;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.Handover;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.EventOrder;
import org.aragora.telemetry.counting.value.InstanceAggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Parts of series that are retired when nothing has changed them for their retention. */
class RetirementTest {
  private static final InputPartition TASK = new InputPartition(InputTopic.REQUESTS, 2);
  private static final MetricDescriptor CALLS =
      MetricDescriptor.of(MetricType.COUNTER, "calls_total", "Calls.", "agent");
  private static final MetricDescriptor PLAIN =
      MetricDescriptor.of(MetricType.COUNTER, "plain_total", "Plain.");
  private static final MetricDescriptor OWN =
      MetricDescriptor.of(MetricType.COUNTER, "aragora_telemetry_own_total", "Own.", "topic");
  private static final MetricDescriptor OF_INSTANCE =
      MetricDescriptor.of(MetricType.COUNTER, "served_total", "Served.", "instance_id", "class");
  private static final MetricDescriptor UP =
      MetricDescriptor.of(MetricType.INSTANCE, "up", "Up.", "instance_id");
  private static final long START = 1_795_521_600_000L;
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long DAY = 24 * HOUR;

  private final Map<String, MetricDescriptor> metrics = new HashMap<>();
  private final RecordingSink sink = new RecordingSink();
  private WriteBehind store = MemoryStores.behind();
  private int limit = 2000;
  private Totals totals;
  private long offset;
  private long nowMs = START;

  RetirementTest() {
    for (MetricDescriptor metric :
        List.of(CALLS, PLAIN, OWN, OF_INSTANCE, UP, Totals.FOLDED, Totals.RETIRED)) {
      metrics.put(metric.name(), metric);
    }
    open();
  }

  /** A restart: what is not in the store is gone. */
  private void open() {
    store = MemoryStores.copy(store);
    totals =
        new Totals(
            new Tallies.Owner(TASK, metrics),
            Rules.with(limit, Duration.ofSeconds(20)),
            Handover.NONE,
            store);
  }

  @Test
  void aPartThatWasUnchangedForTheRetentionIsRetiredByTheNextRecord() {
    count(CALLS, "a");
    nowMs += 7 * DAY;
    count(CALLS, "b");
    assertThat(retired()).isEmpty();
    nowMs += 1;
    record();
    assertThat(retired()).containsExactly("calls_total[a] 1");
    assertThat(living()).containsOnlyKeys("calls_total[b]", RETIRED_CALLS);
    assertThat(living()).containsEntry(RETIRED_CALLS, "1");
  }

  @Test
  void aChangeBeginsTheRetentionAgain() {
    count(CALLS, "a");
    nowMs += 7 * DAY;
    count(CALLS, "a");
    nowMs += 7 * DAY;
    record();
    assertThat(retired()).isEmpty();
    nowMs += 1;
    record();
    assertThat(retired()).containsExactly("calls_total[a] 2");
  }

  @Test
  void aSeriesOfAnInstanceIsRetiredAfterAnHourWithoutAChange() {
    count(OF_INSTANCE, "pod", "2xx");
    count(CALLS, "a");
    nowMs += HOUR + 1;
    record();
    assertThat(retired()).containsExactly("served_total[pod, 2xx] 1");
  }

  @Test
  void anInstanceIsRetiredAnHourAfterItFellSilent() {
    heartbeat("pod", 10); // silent after 30 s
    nowMs += HOUR + 30_000;
    record();
    assertThat(retired()).isEmpty();
    nowMs += 1;
    record();
    assertThat(retired()).hasSize(1);
  }

  @Test
  void anInstanceThatStoppedIsRetiredAnHourAfterItsStop() {
    heartbeat("pod", 3600); // it would be silent after three hours
    nowMs += 1_000;
    stop("pod");
    nowMs += HOUR;
    record();
    assertThat(retired()).isEmpty();
    open();
    nowMs += 1;
    record();
    assertThat(retired()).hasSize(1);
  }

  @Test
  void whatHasNoLabelsAndThePipelinesOwnAccountsLast() {
    count(PLAIN);
    count(OWN, "topic");
    nowMs += 1_000 * DAY;
    record();
    assertThat(retired()).isEmpty();
  }

  @Test
  void aPartThatReturnsHasAKeyOfItsOwnAndBeginsAtZero() {
    count(CALLS, "a");
    count(CALLS, "a");
    nowMs += 8 * DAY;
    count(CALLS, "a");
    totals.writeOut(sink);
    MetricsKey.Partial before = new MetricsKey.Partial(series(CALLS, "a"), TASK, false);
    MetricsKey.Partial after = new MetricsKey.Partial(series(CALLS, "a"), TASK, false, offset);
    assertThat(sink.totals.get(before)).matches(PartialValue::isRetired);
    assertThat(sink.totals.get(after)).matches(value -> !value.isRetired());
    assertThat(living()).containsEntry("calls_total[a]", "1");
    assertThat(totals.get(series(CALLS, "a"), 0)).isNull();
    assertThat(totals.get(series(CALLS, "a"), offset)).isNotNull();
  }

  @Test
  void aRetiredPartIsNotWrittenAgainEvenIfItsLastChangeWasNot() {
    count(CALLS, "a");
    nowMs += 8 * DAY;
    record();
    totals.writeOut(sink);
    open();
    totals.writeOut(sink);
    assertThat(retired()).containsExactly("calls_total[a] 1");
  }

  @Test
  void itsPlaceUnderTheLimitIsFreeAgain() {
    limit = 2;
    open();
    for (String agent : List.of("a", "b", "c")) {
      count(CALLS, agent);
    }
    nowMs += 8 * DAY;
    for (String agent : List.of("d", "e", "f")) {
      count(CALLS, agent);
    }
    assertThat(living())
        .containsKeys("calls_total[d]", "calls_total[e]", "calls_total[other]")
        .containsEntry("calls_total[other]", "1");
    assertThat(retired())
        .containsExactlyInAnyOrder("calls_total[a] 1", "calls_total[b] 1", "calls_total[other] 1");
  }

  @Test
  void theSameIsRetiredWhereverARestartFalls() {
    List<Map<String, String>> contents = new ArrayList<>();
    for (int restart = 0; restart < 6; restart++) {
      store = MemoryStores.behind();
      offset = 0;
      nowMs = START;
      open();
      for (int step = 0; step < 6; step++) {
        if (step == restart) {
          open();
        }
        count(CALLS, step % 2 == 0 ? "a" : "b");
        count(OF_INSTANCE, "pod" + step, "2xx");
        heartbeat("pod" + step, 1 + 700 * step);
        nowMs += step % 3 == 2 ? 8 * DAY : HOUR / 2 + 1;
      }
      contents.add(MemoryStores.contents(store));
    }
    assertThat(contents).allMatch(each -> each.equals(contents.get(0)));
  }

  @Test
  void aClockThatIsSetBackDoesNotKeepAPartLonger() {
    nowMs += 30 * DAY;
    count(CALLS, "a");
    nowMs -= 30 * DAY;
    record();
    nowMs += 7 * DAY;
    open();
    record();
    assertThat(retired()).isEmpty();
    nowMs += 1;
    record();
    assertThat(retired()).containsExactly("calls_total[a] 1");
  }

  @Test
  void anInstanceThatBeatWhileTheClockWasAheadFallsSilentByTheRightOne() {
    nowMs += 30 * DAY;
    heartbeat("pod", 10);
    nowMs -= 30 * DAY;
    record();
    totals.writeOut(sink);
    PartialValue up = sink.totals.get(new MetricsKey.Partial(series(UP, "pod"), TASK, true));
    assertThat(((InstanceAggregate) up.read(UP)).liveUntilMs()).isEqualTo(nowMs + 30_000);
    assertThat(up.nextOffset()).isEqualTo(offset);
    nowMs += 30_000 + HOUR + 1;
    record();
    assertThat(retired()).hasSize(1);
  }

  @Test
  void instancesDoNotFoldAndThoseOverTheLimitTakePlacesThatGetFree() {
    limit = 2;
    open();
    for (String pod : List.of("a", "b", "c")) {
      heartbeat(pod, 10);
    }
    assertThat(overLimit()).containsExactly("up[c]");
    stop("a");
    nowMs += HOUR - 1;
    heartbeat("b", 10);
    heartbeat("c", 10);
    assertThat(overLimit()).containsExactly("up[c]");
    nowMs += 2;
    heartbeat("c", 10);
    assertThat(overLimit()).isEmpty();
    assertThat(living()).containsEntry("aragora_telemetry_series_folded_total[up]", "2");
  }

  @Tag("long")
  @Test
  void fiveThousandShortLivedPodsLeaveNothingBehind() {
    long peak = 0;
    for (int pod = 0; pod < 5_000; pod++) {
      heartbeat("pod-" + pod, 10);
      for (int request = 0; request < 6; request++) {
        count(OF_INSTANCE, "pod-" + pod, request % 3 + "xx");
      }
      stop("pod-" + pod);
      nowMs += 10_000;
      peak = Math.max(peak, totals.all().size());
    }
    // An hour's pods, each with its state and three classes, and four accounts.
    assertThat(peak).isLessThan(361 * 4 + 5);
    nowMs += HOUR;
    heartbeat("new", 10);
    assertThat(living())
        .containsOnlyKeys(
            "up[new]",
            "aragora_telemetry_series_retired_total[up]",
            "aragora_telemetry_series_retired_total[served_total]")
        .containsEntry("aragora_telemetry_series_retired_total[up]", "5000")
        .containsEntry("aragora_telemetry_series_retired_total[served_total]", "15000");
    assertThat(MemoryStores.contents(store)).hasSize(3);
  }

  @Tag("long")
  @Test
  void noPodOfAHundredRolloutsFolds() {
    for (int rollout = 0; rollout < 100; rollout++) {
      for (int minute = 0; minute < 180; minute += 20) {
        for (int pod = 0; pod < 20; pod++) {
          for (String kind : List.of("2xx", "4xx", "5xx")) {
            count(OF_INSTANCE, "pod-%d-%d".formatted(rollout, pod), kind);
          }
        }
        nowMs += 20 * 60_000;
      }
    }
    assertThat(living()).doesNotContainKey("aragora_telemetry_series_folded_total[served_total]");
    assertThat(totals.all()).hasSizeLessThanOrEqualTo(2 * 60 + 1);
  }

  private static final String RETIRED_CALLS = "aragora_telemetry_series_retired_total[calls_total]";

  private void record() {
    totals.moveTo(nowMs, ++offset, sink);
  }

  private void count(MetricDescriptor metric, String... labels) {
    change(metric, value -> ((SumAggregate) value).add(1), labels);
  }

  private void heartbeat(String pod, long intervalSeconds) {
    change(
        UP,
        value ->
            ((InstanceAggregate) value)
                .heartbeat(order(), nowMs, intervalSeconds * 1_000_000_000, 10),
        pod);
  }

  private void stop(String pod) {
    change(UP, value -> ((InstanceAggregate) value).stopped(order()), pod);
  }

  private EventOrder order() {
    return new EventOrder(nowMs * 1_000_000, "/pod", "e", offset, "id");
  }

  private void change(MetricDescriptor metric, Consumer<Aggregate> change, String... labels) {
    record();
    CountedEvent event = OneChange.event(offset - 1, nowMs * 1_000_000, nowMs * 1_000_000);
    var series = totals.resolve(new OneChange(metric, List.of(labels), event, change));
    change.accept(series.value().value);
    totals.write(series);
  }

  private static SeriesKey series(MetricDescriptor metric, String... labels) {
    return new SeriesKey(metric.name(), List.of(labels));
  }

  private List<String> retired() {
    List<String> retired = new ArrayList<>();
    sink.totals.forEach(
        (key, value) -> {
          if (value.isRetired()) {
            retired.add(name(key) + " " + text(key, value));
          }
        });
    return retired;
  }

  private List<String> overLimit() {
    List<String> over = new ArrayList<>();
    totals
        .all()
        .forEach(
            (key, value) -> {
              if (value.isOverLimit()) {
                over.add(name(key));
              }
            });
    return over;
  }

  private Map<String, String> living() {
    Map<String, String> living = new HashMap<>();
    totals.all().forEach((key, value) -> living.put(name(key), text(key, value)));
    return living;
  }

  private static String name(MetricsKey.Partial key) {
    return key.series().metric() + key.series().labelValues();
  }

  private String text(MetricsKey.Partial key, PartialValue value) {
    Aggregate read = value.read(metrics.get(key.series().metric()));
    return read instanceof SumAggregate sum ? sum.total().toString() : "instance";
  }
}
