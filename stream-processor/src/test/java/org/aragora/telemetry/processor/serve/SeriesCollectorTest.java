package org.aragora.telemetry.processor.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricType;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.EventOrder;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.counting.value.IncompatibleMetricException;
import org.aragora.telemetry.counting.value.LatestAggregate;
import org.junit.jupiter.api.Test;

class SeriesCollectorTest extends CollectorFixture {
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
}
