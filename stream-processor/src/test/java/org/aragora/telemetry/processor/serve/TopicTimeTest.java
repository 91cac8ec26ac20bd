package org.aragora.telemetry.processor.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.EventOrder;
import org.aragora.telemetry.counting.value.InstanceAggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.counting.value.RatioAggregate;
import org.junit.jupiter.api.Test;

/** Times of topics as a scrape shows them, and what depends on them: ratios, live instances. */
class TopicTimeTest extends CollectorFixture {
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
    idleTopicWithARatio();
    long eventMs = nowMs;
    nowMs += 30 * MINUTE_MS;
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
    idleTopicWithARatio();
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

  /** Two partitions are read to their end; D0 has the last event, of now. */
  private void idleTopicWithARatio() {
    announce("me");
    RatioAggregate ratio = new RatioAggregate();
    ratio.add(nowMs / MINUTE_MS, true);
    put(RATE, D0, true, ratio);
    ledger(D0, nowMs);
    ledger(D1, nowMs - 1_000);
    lag.put(D0, 0L);
    lag.put(D1, 0L);
  }

  private void isThirtyMinutesOn(long untilMs) {
    assertThat(samples()).doesNotContainKey("rate{5m}");
    isCompleteUntil(untilMs);
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

  @Test
  void aBacklogOfSuchRecordsDoesNotMoveTheTimeOverWhatWaits() {
    idleTopicWithARatio();
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
}
