package org.aragora.telemetry.processor.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.aragora.telemetry.counting.metric.RipeValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.EventOrder;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.IncompatibleMetricException;
import org.aragora.telemetry.counting.value.InstanceAggregate;
import org.aragora.telemetry.counting.value.LatestAggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.counting.value.RatioAggregate;
import org.aragora.telemetry.counting.value.SumAggregate;
import org.aragora.telemetry.processor.flow.ConsumedOffsets;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class SeriesCollectorTest {
  private static final InputPartition D0 = new InputPartition(InputTopic.DEBATES, 0);
  private static final InputPartition D1 = new InputPartition(InputTopic.DEBATES, 1);
  private static final InputPartition I0 = new InputPartition(InputTopic.INSTANCES, 0);
  private static final InputPartition I1 = new InputPartition(InputTopic.INSTANCES, 1);
  private static final InputPartition R0 = new InputPartition(InputTopic.REQUESTS, 0);
  private static final MetricDescriptor CALLS =
      MetricDescriptor.of(MetricType.COUNTER, "calls_total", "Calls.", "agent");
  private static final MetricDescriptor ACTIVE =
      MetricDescriptor.of(MetricType.ADDITIVE_GAUGE, "active", "Active.");
  private static final MetricDescriptor RATING =
      MetricDescriptor.of(MetricType.LATEST_GAUGE, "rating", "Rating.", "agent");
  private static final MetricDescriptor LATENCY =
      MetricDescriptor.secondsHistogram("latency_seconds", "Latency.", List.of("1"), "agent");
  private static final MetricDescriptor RATE =
      MetricDescriptor.of(MetricType.RATIO, "rate", "Rate.");
  private static final MetricDescriptor UP =
      MetricDescriptor.of(MetricType.INSTANCE, "up", "Up.", "instance_id");
  private static final MetricDescriptor WEBSOCKETS =
      MetricDescriptor.of(MetricType.ADDITIVE_GAUGE, "websockets", "Connections.");
  private static final List<MetricDescriptor> METRICS =
      List.of(CALLS, ACTIVE, RATING, LATENCY, RATE, UP);
  private static final long MINUTE_MS = 60_000;

  private final Set<String> fresh = new HashSet<>(Set.of("thread"));
  private final MetricsView view = new MetricsView(fresh::contains);
  private final Map<InputPartition, Long> lag = new HashMap<>();
  private final Map<InputPartition, Long> unstable = new HashMap<>();
  private final Map<InputPartition, Long> lastReadToEndMs = new HashMap<>();
  private final Map<InputPartition, Long> ledgerMs = new HashMap<>();
  private final Map<InputPartition, Long> unreadAgeMs = new HashMap<>();
  private long lookAgeMs;
  private boolean nativeHistograms;
  private Runnable duringCollection = () -> {};
  private Runnable onIdle = () -> {};
  private Predicate<String> included = name -> true;
  private long nowMs = Instant.parse("2026-11-24T12:00:30Z").toEpochMilli();
  private final PartitionView partition = open("me");

  private PartitionView open(String owner) {
    Map<String, MetricDescriptor> metrics = new HashMap<>();
    METRICS.forEach(metric -> metrics.put(metric.name(), metric));
    PartitionView opened = new PartitionView(0, owner, "thread", metrics);
    view.open(opened);
    return opened;
  }

  @Test
  void nothingIsServedBeforeTheOwnAnnouncementIsReadBack() {
    put(CALLS, D0, true, sum(5), "claude");
    assertThat(samples()).isEmpty();
    announce("me");
    assertThat(samples()).containsEntry("calls_total{claude}", 5.0);
  }

  @Test
  void nothingIsServedAfterTheAnnouncementOfAnother() {
    put(CALLS, D0, true, sum(5), "claude");
    announce("me");
    announce("other");
    assertThat(samples()).isEmpty();
    announce("me");
    assertThat(samples()).isNotEmpty();
  }

  @Test
  void nothingIsServedWhileTheBrokerDoesNotAnswer() {
    announce("me");
    put(CALLS, D0, true, sum(5), "claude");
    fresh.clear();
    assertThat(samples()).isEmpty();
    assertThat(view.servablePartitions()).isZero();
    assertThat(view.openPartitions()).isEqualTo(1);
    fresh.add("thread");
    assertThat(samples()).isNotEmpty();
  }

  @Test
  void nothingIsServedThatWasLostWhileItWasCollected() {
    announce("me");
    put(CALLS, D0, true, sum(5), "claude");
    duringCollection = fresh::clear;
    assertThat(samples()).isEmpty();
  }

  @Test
  void aCollectionEndsWhileLeasesComeAndGo() {
    announce("me");
    put(CALLS, D0, true, sum(5), "claude");
    PartitionView other = new PartitionView(1, "me", "other thread", Map.of(CALLS.name(), CALLS));
    view.open(other);
    other.accept(
        new MetricsKey.Owner(1).toBytes(),
        new OwnerValue("me", 2, Optional.empty()).toBytes(),
        nowMs);
    boolean[] first = {true};
    duringCollection =
        () -> {
          fresh.clear();
          fresh.add(first[0] ? "other thread" : "thread");
          first[0] = !first[0];
        };
    assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertThat(samples()).isEmpty());
  }

  @Test
  void aRequestForOneMetricContainsThatOneOnly() {
    announce("me");
    put(CALLS, D0, true, sum(5), "claude");
    included = "websockets"::equals;
    assertThat(samples()).containsOnlyKeys("websockets{}");
  }

  @Test
  void nothingIsServedOnceTheTaskIsClosed() {
    announce("me");
    view.close(partition);
    assertThat(samples()).isEmpty();
    assertThat(view.owner(0)).isNull();
  }

  @Test
  void closingAnOldLifeOfATaskDoesNotCloseTheNewOne() {
    PartitionView newer = open("me again");
    view.close(partition);
    assertThat(view.owner(0)).isEqualTo(newer.owner());
  }

  @Test
  void unlabelledSeriesAreZeroFromTheStartAndOthersAbsent() {
    announce("me");
    assertThat(samples())
        .containsEntry("active{}", 0.0)
        .containsEntry("websockets{}", 0.0)
        .doesNotContainKeys("calls_total{claude}", "rate{5m}");
  }

  @Test
  void partsOfSeveralTasksAreMerged() {
    announce("me");
    put(CALLS, D0, true, sum(5), "claude");
    put(CALLS, D1, true, sum(7), "claude");
    put(CALLS, D1, true, sum(1), "gpt");
    put(ACTIVE, D0, true, sum(3));
    put(ACTIVE, D1, true, sum(-1));
    put(CALLS, D0, true, sum(6), "claude");
    assertThat(samples())
        .containsEntry("calls_total{claude}", 13.0)
        .containsEntry("calls_total{gpt}", 1.0)
        .containsEntry("active{}", 2.0);
  }

  @Test
  void aNewSeriesIsZeroUntilOneOfItsPartsIsOldEnough() {
    announce("me");
    put(CALLS, D0, false, sum(5), "claude");
    assertThat(samples()).containsEntry("calls_total{claude}", 0.0);
    put(CALLS, D1, true, sum(7), "claude");
    assertThat(samples()).containsEntry("calls_total{claude}", 12.0);
  }

  @Test
  void aRipeSeriesShowsItsValueInWhateverOrderItIsRead() {
    announce("me");
    put(CALLS, D0, false, sum(5), "claude");
    ripe(CALLS, "claude");
    assertThat(samples()).containsEntry("calls_total{claude}", 5.0);
    put(CALLS, D1, false, sum(7), "claude");
    assertThat(samples()).containsEntry("calls_total{claude}", 12.0);
    ripe(CALLS, "gemini"); // after a compaction
    assertThat(samples()).doesNotContainKey("calls_total{gemini}");
    put(CALLS, D0, false, sum(3), "gemini");
    assertThat(samples()).containsEntry("calls_total{gemini}", 3.0);
  }

  @Test
  void gaugesShowTheirValueFromTheStart() {
    announce("me");
    LatestAggregate rating = new LatestAggregate();
    rating.offer(new EventOrder(5, "/s", "", 0, "e"), 1512.5);
    put(RATING, D0, false, rating, "claude");
    assertThat(samples()).containsEntry("rating{claude}", 1512.5);
  }

  @Test
  void aHistogramIsANativeOneTooIfItIsAskedForAndEveryPartHasIt() {
    announce("me");
    put(LATENCY, D0, true, latency(true, 300_000_000, 0), "claude");
    put(LATENCY, D1, true, latency(true, 300_000_000), "claude");
    put(LATENCY, D0, true, latency(true, 1_000_000_000), "grok");
    put(LATENCY, D1, true, latency(false, 1_000_000_000), "grok");
    assertThat(nativeHistograms()).isEmpty();
    Map<String, Double> classic = samples();
    nativeHistograms = true;
    assertThat(nativeHistograms()).isEqualTo(Map.of("[claude]", "3: 0.6 zero 1 [-13 2]"));
    assertThat(samples()).isEqualTo(classic);
  }

  @Test
  void aYoungSeriesIsANativeHistogramOfZeroIfItWillBeOne() {
    announce("me");
    put(LATENCY, D0, false, latency(true, 300_000_000), "claude");
    put(LATENCY, D0, false, latency(false, 300_000_000), "grok");
    nativeHistograms = true;
    assertThat(nativeHistograms()).isEqualTo(Map.of("[claude]", "0: 0.0 zero 0 []"));
  }

  private static HistogramAggregate latency(boolean hasExponential, long... nanos) {
    HistogramAggregate latency = (HistogramAggregate) Aggregate.zero(LATENCY);
    if (!hasExponential) {
      latency.leaveOutExponential();
    }
    for (long value : nanos) {
      latency.observe(value);
    }
    return latency;
  }

  private Map<String, String> nativeHistograms() {
    Map<String, String> all = new TreeMap<>();
    for (MetricSnapshot family : collect()) {
      for (DataPointSnapshot point : family.getDataPoints()) {
        if (point instanceof HistogramSnapshot.HistogramDataPointSnapshot histogram
            && histogram.hasNativeHistogramData()) {
          assertThat(histogram.getNativeSchema()).isEqualTo(3);
          all.put(
              point.getLabels().stream().map(l -> l.getValue()).toList().toString(),
              "%d: %s zero %d %s"
                  .formatted(
                      histogram.getCount(),
                      histogram.getSum(),
                      histogram.getNativeZeroCount(),
                      histogram.getNativeBucketsForPositiveValues().stream()
                          .map(bucket -> bucket.getBucketIndex() + " " + bucket.getCount())
                          .toList()));
        }
      }
    }
    return all;
  }

  @Test
  void histogramsAreExactOnOutput() {
    announce("me");
    HistogramAggregate one = (HistogramAggregate) Aggregate.zero(LATENCY);
    one.observe(100_000_000);
    one.observe(200_000_000);
    HistogramAggregate two = (HistogramAggregate) Aggregate.zero(LATENCY);
    two.observe(5_000_000_000L);
    put(LATENCY, D0, true, one, "claude");
    put(LATENCY, D1, true, two, "claude");
    assertThat(samples())
        .containsEntry("latency_seconds{claude} le=1.0", 2.0)
        .containsEntry("latency_seconds{claude} le=Infinity", 1.0)
        .containsEntry("latency_seconds{claude} sum", 5.3);
  }

  @Test
  void deletedPartsAreGone() {
    announce("me");
    put(CALLS, D0, true, sum(5), "claude");
    partition.accept(
        new MetricsKey.Partial(new SeriesKey("calls_total", List.of("claude")), D0, false)
            .toBytes(),
        null,
        nowMs);
    assertThat(samples()).doesNotContainKey("calls_total{claude}");
  }

  @Test
  void aMetricOfALaterReleaseIsNotServed() {
    announce("me");
    put(MetricDescriptor.of(MetricType.COUNTER, "new_total", "New."), D0, true, sum(5));
    assertThat(samples()).doesNotContainKey("new_total{}");
  }

  @Test
  void aMetricOfAnotherShapeRefusesInASentence() {
    assertThatThrownBy(
            () ->
                put(MetricDescriptor.of(MetricType.COUNTER, "active", "Active."), D0, true, sum(1)))
        .isInstanceOf(IncompatibleMetricException.class)
        .hasMessageStartingWith("active is now a additive_gauge with labels []")
        .hasMessageContaining("replay");
  }

  @Test
  void aRatioIsOfTheLastMinutesOfTheTopicAndStandsStillWhileRecordsWait() {
    announce("me");
    long minute = nowMs / MINUTE_MS;
    RatioAggregate ratio = new RatioAggregate();
    ratio.add(minute - 4, true);
    ratio.add(minute, false);
    put(RATE, D0, true, ratio);
    ledger(D0, nowMs);
    ledger(D1, nowMs - 10 * MINUTE_MS);
    lag.put(D0, 0L);
    lag.put(D1, 3L);
    nowMs += 30 * MINUTE_MS;
    assertThat(samples()).containsEntry("rate{5m}", 0.5).containsEntry("rate{1h}", 0.5);
  }

  @Test
  void aRatioMovesOnWithTheClockWhileTheTopicIsIdle() {
    announce("me");
    long minute = nowMs / MINUTE_MS;
    RatioAggregate ratio = new RatioAggregate();
    ratio.add(minute - 4, true);
    ratio.add(minute, false);
    put(RATE, D0, true, ratio);
    ledger(D0, nowMs);
    lag.put(D0, 0L);
    nowMs += MINUTE_MS;
    assertThat(samples()).containsEntry("rate{5m}", 0.0).containsEntry("rate{1h}", 0.5);
    nowMs += 4 * MINUTE_MS;
    assertThat(samples()).doesNotContainKey("rate{5m}").containsEntry("rate{1h}", 0.5);
    nowMs += 60 * MINUTE_MS;
    assertThat(samples()).doesNotContainKeys("rate{5m}", "rate{1h}");
  }

  @Test
  void anInstanceIsLiveThenSilentThenGone() {
    announce("me");
    beat("a", 1, nowMs, 17);
    ledger(I0, nowMs);
    lag.put(I0, 0L);
    assertThat(samples()).containsEntry("up{a}", 1.0).containsEntry("websockets{}", 17.0);
    nowMs += 89_999;
    assertThat(samples()).containsEntry("up{a}", 1.0);
    nowMs += 1;
    assertThat(samples()).containsEntry("up{a}", 0.0).containsEntry("websockets{}", 0.0);
    nowMs += 3_599_999;
    assertThat(samples()).containsEntry("up{a}", 0.0);
    nowMs += 1;
    assertThat(samples()).doesNotContainKey("up{a}");
  }

  @Test
  void anInstanceIsNotSilentWhileItsHeartbeatsMayWaitUnread() {
    announce("me");
    beat("a", 1, nowMs, 17);
    ledger(I0, nowMs);
    lag.put(I0, 100L);
    nowMs += 600_000;
    assertThat(samples()).containsEntry("up{a}", 1.0);
  }

  @Test
  void timeStandsStillBetweenTwoLooksAtTheBroker() {
    announce("me");
    beat("a", 1, nowMs, 17);
    ledger(I0, nowMs);
    lag.put(I0, 0L);
    lookAgeMs = 1_000;
    nowMs += 90_500;
    assertThat(samples()).containsEntry("up{a}", 1.0);
    lag.put(I0, 1L);
    assertThat(samples()).containsEntry("up{a}", 1.0);
    lag.put(I0, 0L);
    nowMs += 500;
    assertThat(samples()).containsEntry("up{a}", 0.0);
    lag.put(I0, 1L);
    assertThat(samples()).containsEntry("up{a}", 0.0);
  }

  @Test
  void aRecordThatHasJustComeDoesNotTurnBackTheTimeOfAnIdlePartition() {
    announce("me");
    beat("a", 1, nowMs, 17);
    ledger(I0, nowMs);
    long minute = nowMs / MINUTE_MS;
    RatioAggregate ratio = new RatioAggregate();
    ratio.add(minute, true);
    put(RATE, D0, true, ratio);
    ledger(D0, nowMs);
    nowMs += 30 * MINUTE_MS;
    lastReadToEndMs.put(I0, nowMs - 1);
    lastReadToEndMs.put(D0, nowMs - 1);
    lag.put(I0, 1L);
    lag.put(D0, 1L);
    assertThat(samples())
        .containsEntry("up{a}", 0.0)
        .containsEntry("websockets{}", 0.0)
        .doesNotContainKey("rate{5m}")
        .containsEntry("rate{1h}", 1.0);
  }

  @Test
  void aRecordThatIsNoLaterEventDoesNotTurnBackTheTimeOfAnIdleTopic() {
    announce("me");
    long eventMs = nowMs;
    RatioAggregate ratio = new RatioAggregate();
    ratio.add(nowMs / MINUTE_MS, true);
    put(RATE, D0, true, ratio);
    ledger(D0, eventMs);
    ledger(D1, eventMs - 1_000);
    nowMs += 30 * MINUTE_MS;
    lag.put(D0, 0L);
    lag.put(D1, 0L);
    isThirtyMinutesOn(nowMs);
    for (InputPartition task : List.of(D0, D1)) {
      long appendMs = ++nowMs;
      ledger(task, task.equals(D0) ? eventMs : eventMs - 1_000, appendMs);
      lag.put(task, 1L);
      isThirtyMinutesOn(appendMs);
      lag.put(task, 0L);
      nowMs += 500;
      isThirtyMinutesOn(nowMs);
    }
  }

  /** As a proposed end, which comes a minute after its time, or what waited in a spool. */
  @Test
  void anEventThatComesLateDoesNotTurnBackTheTimeOfAnIdleTopic() {
    announce("me");
    RatioAggregate ratio = new RatioAggregate();
    ratio.add(nowMs / MINUTE_MS, true);
    put(RATE, D0, true, ratio);
    ledger(D0, nowMs);
    ledger(D1, nowMs - 1_000);
    lag.put(D0, 0L);
    lag.put(D1, 0L);
    nowMs += 30 * MINUTE_MS;
    isThirtyMinutesOn(nowMs);
    long untilMs = nowMs;
    for (InputPartition task : List.of(D0, D1)) {
      ledger(task, untilMs - 29 * MINUTE_MS, ++nowMs, ++nowMs);
      isThirtyMinutesOn(untilMs);
    }
    ledger(D0, untilMs + 10, ++nowMs, nowMs);
    isThirtyMinutesOn(untilMs + 10);
  }

  @Test
  void theTimeOfATopicIsSetBackWithTheClockOfItsBroker() {
    announce("me");
    ledger(D0, nowMs + 120 * MINUTE_MS);
    isCompleteUntil(nowMs + 120 * MINUTE_MS);
    ledger(D0, nowMs);
    isCompleteUntil(nowMs);
  }

  private void isCompleteUntil(long untilMs) {
    assertThat(samples().get("aragora_telemetry_complete_until_timestamp_seconds{t.debates}"))
        .isCloseTo(untilMs / 1e3 - 300, within(1e-6));
  }

  @Test
  void anInstanceIsNotSilentIfItsHeartbeatIsReadDuringACollection() {
    announce("me");
    beat(I0, "a", 1, nowMs, 17);
    beat(I1, "a", 2, nowMs, 17);
    ledger(I0, nowMs);
    ledger(I1, nowMs);
    onIdle =
        () -> {
          nowMs += 600_000;
          beat(I1, "a", 3, nowMs, 17);
          ledger(I1, nowMs);
        };
    assertThat(samples()).containsEntry("up{a}", 1.0);
  }

  private void isThirtyMinutesOn(long untilMs) {
    Map<String, Double> samples = samples();
    assertThat(samples).doesNotContainKey("rate{5m}");
    assertThat(samples.get("aragora_telemetry_complete_until_timestamp_seconds{t.debates}"))
        .isCloseTo(untilMs / 1e3 - 300, within(1e-6));
  }

  @Test
  void aBacklogOfSuchRecordsDoesNotMoveTheTimeOverWhatWaits() {
    announce("me");
    RatioAggregate ratio = new RatioAggregate();
    ratio.add(nowMs / MINUTE_MS, true);
    put(RATE, D0, true, ratio);
    ledger(D0, nowMs);
    ledger(D1, nowMs - 1_000);
    lag.put(D0, 0L);
    lag.put(D1, 0L);
    samples();
    ledger(D0, nowMs, nowMs + 30 * MINUTE_MS);
    lag.put(D0, 1L);
    lag.put(D1, 1L);
    nowMs += 30 * MINUTE_MS;
    assertThat(samples()).containsEntry("rate{5m}", 1.0);
  }

  @Test
  void anInstanceThatStoppedIsGoneAtOnce() {
    announce("me");
    InstanceAggregate instance = beat("a", 1, nowMs, 17);
    instance.stopped(new EventOrder(2, "/a", "", 0, "s"));
    put(UP, I0, true, instance, "a");
    ledger(I0, nowMs);
    assertThat(samples()).doesNotContainKey("up{a}").containsEntry("websockets{}", 0.0);
  }

  @Test
  void aWebsocketEventChangesTheCountButKeepsNobodyAlive() {
    announce("me");
    beat("a", 1, nowMs, 17);
    ledger(I0, nowMs);
    lag.put(I0, 0L);
    InstanceAggregate opened = new InstanceAggregate();
    opened.websocket(new EventOrder(2, "/a", "", 0, "w"), 18);
    put(UP, R0, true, opened, "a");
    ledger(R0, nowMs);
    assertThat(samples()).containsEntry("websockets{}", 18.0);
    nowMs += 90_000;
    assertThat(samples()).containsEntry("websockets{}", 0.0);
    InstanceAggregate unknown = new InstanceAggregate();
    unknown.websocket(new EventOrder(2, "/b", "", 0, "w"), 5);
    put(UP, R0, true, unknown, "b");
    assertThat(samples()).doesNotContainKey("up{b}").containsEntry("websockets{}", 0.0);
  }

  @Test
  void theLedgerIsSummedByTopic() {
    announce("me");
    ledger(D0, nowMs);
    ledger(D1, nowMs - 1_000);
    lag.put(D0, 0L);
    lag.put(D1, 7L);
    assertThat(samples())
        .containsEntry("aragora_telemetry_events_total{counted,t.debates}", 2.0)
        .containsEntry("aragora_telemetry_events_total{dead_letter,t.debates}", 2.0)
        .containsEntry("aragora_telemetry_events_total{duplicate,t.logs}", 0.0)
        .containsEntry("aragora_telemetry_dead_letters_total{null_value,t.debates}", 2.0)
        .containsEntry("aragora_telemetry_consumed_offset{1,t.debates}", 12.0)
        .containsEntry("aragora_telemetry_lag_records{1,t.debates}", 7.0)
        .containsEntry(
            "aragora_telemetry_complete_until_timestamp_seconds{t.debates}",
            (nowMs - 1_000) / 1e3 - 300);
  }

  @Test
  void everyFigureOfALedgerIsASampleOfItsTopic() {
    announce("me");
    ledger(R0, nowMs);
    Ledger ledger = new Ledger();
    for (int i = 0; i < 3; i++) {
      ledger.recordRead(10 + i, nowMs);
      ledger.recordCounted(nowMs * 1_000_000);
    }
    ledger.recordRead(13, nowMs);
    ledger.recordDuplicate();
    ledger.recordLate();
    ledger.recordLate();
    for (int i = 0; i < 4; i++) {
      ledger.recordClockSkew();
    }
    ledger.recordGapsClosed(5);
    for (int i = 0; i < 6; i++) {
      ledger.recordRunForgotten();
    }
    ledger.missing().add(7);
    BinaryWriter out = new BinaryWriter();
    ledger.write(out);
    partition.accept(new MetricsKey.LedgerOf(D0).toBytes(), out.toBytes(), nowMs);
    lag.put(D0, 9L);
    unstable.put(D0, 8L);
    assertThat(samples())
        .containsEntry("aragora_telemetry_events_total{counted,t.debates}", 3.0)
        .containsEntry("aragora_telemetry_events_total{duplicate,t.debates}", 1.0)
        .containsEntry("aragora_telemetry_events_total{counted,t.requests}", 1.0)
        .containsEntry("aragora_telemetry_late_events_total{t.debates}", 2.0)
        .containsEntry("aragora_telemetry_clock_skew_events_total{t.debates}", 4.0)
        .containsEntry("aragora_telemetry_gaps_closed_total{t.debates}", 5.0)
        .containsEntry("aragora_telemetry_runs_forgotten_total{t.debates}", 6.0)
        .containsEntry("aragora_telemetry_missing_events{t.debates}", 7.0)
        .containsEntry("aragora_telemetry_missing_events{t.requests}", 0.0)
        .containsEntry("aragora_telemetry_unstable_records{0,t.debates}", 8.0)
        .containsEntry("aragora_telemetry_lag_records{0,t.debates}", 9.0)
        .doesNotContainKey("aragora_telemetry_lag_seconds{t.debates}");
  }

  @Test
  void aTopicIsCompleteUpToItsOwnSlowestPartition() {
    announce("me");
    ledger(D0, nowMs - 60_000);
    ledger(D1, nowMs);
    ledger(R0, nowMs - 3_600_000);
    lag.put(D0, 1L);
    lag.put(D1, 1L);
    lag.put(R0, 1L);
    assertThat(samples())
        .containsEntry(
            "aragora_telemetry_complete_until_timestamp_seconds{t.debates}",
            (nowMs - 60_000) / 1e3 - 300)
        .containsEntry(
            "aragora_telemetry_complete_until_timestamp_seconds{t.requests}",
            (nowMs - 3_600_000) / 1e3 - 300);
  }

  @Test
  void theTimeOfCompletenessWaitsForThatOfAPredecessor() {
    String name = "aragora_telemetry_complete_until_timestamp_seconds{t.debates}";
    ledger(D0, nowMs);
    announce("other");
    announce("me");
    assertThat(samples())
        .containsEntry("aragora_telemetry_events_total{counted,t.debates}", 1.0)
        .doesNotContainKey(name);
    ledger(D0, nowMs += 1_000);
    assertThat(samples()).doesNotContainKey(name);
    ledger(D0, nowMs += 1);
    assertThat(samples()).containsEntry(name, nowMs / 1e3 - 300);
    announce("other");
    announce("me");
    assertThat(samples()).doesNotContainKey(name);
  }

  @Test
  void instancesOverTheLimitAreOneSampleAndTheirConnectionsAreSummed() {
    announce("me");
    ledger(I0, nowMs);
    for (String id : List.of("a", "b", "c")) {
      InstanceAggregate instance = new InstanceAggregate();
      long appendMs = id.equals("c") ? nowMs - 600_000 : nowMs;
      instance.heartbeat(new EventOrder(1, "/" + id, "", 0, "h"), appendMs, 30_000_000_000L, 5);
      BinaryWriter out = new BinaryWriter();
      PartialValue.write(out, UP, 1, 0, PartialValue.OVER_LIMIT, instance);
      partition.accept(
          new MetricsKey.Partial(new SeriesKey("up", List.of(id)), I0, true).toBytes(),
          out.toBytes(),
          nowMs);
    }
    beat("d", 1, nowMs, 7);
    assertThat(samples())
        .containsEntry("up{other}", 2.0)
        .containsEntry("up{d}", 1.0)
        .containsEntry("websockets{}", 17.0)
        .doesNotContainKeys("up{a}", "up{b}", "up{c}");
  }

  @Test
  void theViewCountsWhatItHasOpenAndWhatItMayServe() {
    put(CALLS, D0, true, sum(1), "claude");
    put(CALLS, D1, true, sum(1), "claude");
    put(CALLS, D0, true, sum(1), "gpt");
    assertThat(view.openSeries()).isEqualTo(2);
    assertThat(view.openPartitions()).isEqualTo(1);
    assertThat(view.servablePartitions()).isZero();
    announce("me");
    assertThat(view.servablePartitions()).isEqualTo(1);
    assertThat(view.servesPartition(0)).isTrue();
    assertThat(view.servesPartition(1)).isFalse();
  }

  @Test
  void theLagIsTheAgeOfTheOldestUnreadRecordByTheBrokersClock() {
    announce("me");
    ledger(D0, nowMs);
    lag.put(D0, 3L);
    lag.put(D1, 7L);
    unreadAgeMs.put(D0, 1_500L);
    unreadAgeMs.put(D1, 61_000L);
    assertThat(samples()).containsEntry("aragora_telemetry_lag_seconds{t.debates}", 61.0);
  }

  private static Aggregate sum(long value) {
    SumAggregate sum = new SumAggregate();
    sum.add(value);
    return sum;
  }

  private InstanceAggregate beat(String id, long time, long appendMs, long connections) {
    return beat(I0, id, time, appendMs, connections);
  }

  private InstanceAggregate beat(
      InputPartition task, String id, long time, long appendMs, long connections) {
    InstanceAggregate instance = new InstanceAggregate();
    instance.heartbeat(
        new EventOrder(time, "/" + id, "", 0, "h"), appendMs, 30_000_000_000L, connections);
    put(UP, task, true, instance, id);
    return instance;
  }

  private void put(
      MetricDescriptor metric,
      InputPartition task,
      boolean startsAtValue,
      Aggregate value,
      String... of) {
    BinaryWriter out = new BinaryWriter();
    PartialValue.write(out, metric, 1, 0, startsAtValue ? PartialValue.STARTS_AT_VALUE : 0, value);
    partition.accept(
        new MetricsKey.Partial(
                new SeriesKey(metric.name(), List.of(of)), task, metric.type().needsTopicTime())
            .toBytes(),
        out.toBytes(),
        nowMs);
  }

  private void ripe(MetricDescriptor metric, String... of) {
    partition.accept(
        new MetricsKey.Ripe(new SeriesKey(metric.name(), List.of(of))).toBytes(),
        new RipeValue().toBytes(),
        nowMs);
  }

  private void ledger(InputPartition task, long ms) {
    ledger(task, ms, ms);
  }

  private void ledger(InputPartition task, long eventMs, long lastMs) {
    ledger(task, eventMs, eventMs, lastMs);
  }

  private void ledger(InputPartition task, long eventMs, long appendMs, long lastMs) {
    ledgerMs.put(task, lastMs);
    Ledger ledger = new Ledger();
    ledger.recordRead(10, appendMs);
    ledger.recordCounted(eventMs * 1_000_000);
    ledger.recordRead(11, lastMs);
    ledger.recordDeadLetter(DeadLetterReason.NULL_VALUE);
    BinaryWriter out = new BinaryWriter();
    ledger.write(out);
    partition.accept(new MetricsKey.LedgerOf(task).toBytes(), out.toBytes(), nowMs);
  }

  private void announce(String owner) {
    partition.accept(
        new MetricsKey.Owner(0).toBytes(),
        new OwnerValue(owner, 1, Optional.empty()).toBytes(),
        nowMs);
  }

  private Map<String, Double> samples() {
    return samples(collect());
  }

  private MetricSnapshots collect() {
    ConsumedOffsets progress =
        new ConsumedOffsets() {
          @Override
          public OptionalLong unstableRecords(InputPartition of) {
            return unstable.containsKey(of)
                ? OptionalLong.of(unstable.get(of))
                : OptionalLong.empty();
          }

          @Override
          public OptionalLong lagRecords(InputPartition of) {
            return lag.containsKey(of) ? OptionalLong.of(lag.get(of)) : OptionalLong.empty();
          }

          @Override
          public OptionalLong unreadAgeMs(InputPartition of) {
            if (of.equals(D0)) {
              duringCollection.run(); // asked once by a collection
            }
            return unreadAgeMs.containsKey(of)
                ? OptionalLong.of(unreadAgeMs.get(of))
                : OptionalLong.empty();
          }

          @Override
          public OptionalLong unreadAppendMs(InputPartition of, long askedFromNanos) {
            return OptionalLong.empty();
          }

          @Override
          public OptionalLong idleNanos(InputPartition of, long nextOffset) {
            Runnable once = onIdle;
            onIdle = () -> {};
            once.run();
            OptionalLong look = lastReadToEndNanos(of);
            long lastNanos = ledgerMs.getOrDefault(of, 0L) * 1_000_000;
            return look.isEmpty() || look.getAsLong() < lastNanos
                ? OptionalLong.empty()
                : OptionalLong.of(look.getAsLong() - lastNanos);
          }

          @Override
          public OptionalLong lastReadToEndNanos(InputPartition of) {
            if (lag.getOrDefault(of, 1L) == 0) {
              lastReadToEndMs.put(of, nowMs - lookAgeMs);
            }
            return lastReadToEndMs.containsKey(of)
                ? OptionalLong.of(lastReadToEndMs.get(of) * 1_000_000)
                : OptionalLong.empty();
          }

          @Override
          public OptionalLong readToEndAtNanos(InputPartition of) {
            return OptionalLong.empty();
          }
        };
    SeriesCollector collector =
        new SeriesCollector(
            view,
            new ServeSettings(
                METRICS,
                WEBSOCKETS,
                "t.",
                Map.of(InputTopic.DEBATES, 2),
                1,
                Duration.ofSeconds(300),
                nativeHistograms),
            progress,
            () -> nowMs * 1_000_000);
    return collector.collect(included);
  }

  private static Map<String, Double> samples(MetricSnapshots families) {
    Map<String, Double> samples = new TreeMap<>();
    for (MetricSnapshot family : families) {
      for (DataPointSnapshot point : family.getDataPoints()) {
        String labels = point.getLabels().stream().map(l -> l.getValue()).toList().toString();
        String name =
            family.getMetadata().getName()
                + (family instanceof CounterSnapshot ? "_total" : "")
                + labels.replace(", ", ",").replace('[', '{').replace(']', '}');
        if (point instanceof CounterSnapshot.CounterDataPointSnapshot counter) {
          samples.put(name, counter.getValue());
        } else if (point instanceof GaugeSnapshot.GaugeDataPointSnapshot gauge) {
          samples.put(name, gauge.getValue());
        } else if (point instanceof HistogramSnapshot.HistogramDataPointSnapshot histogram) {
          histogram
              .getClassicBuckets()
              .forEach(b -> samples.put(name + " le=" + b.getUpperBound(), (double) b.getCount()));
          samples.put(name + " sum", histogram.getSum());
        }
      }
    }
    return samples;
  }
}
