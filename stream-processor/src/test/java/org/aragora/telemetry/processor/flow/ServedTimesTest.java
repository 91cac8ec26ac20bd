package org.aragora.telemetry.processor.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class ServedTimesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MS = 1_000_000L;
  private static final long TAKEOVER_NANOS = 7;
  private static final InputPartition D0 = new InputPartition(InputTopic.DEBATES, 0);
  private static final InputPartition D1 = new InputPartition(InputTopic.DEBATES, 1);

  private final ServedTimes first = ServedTimes.first();

  /** D1 has an event of 95 s, appended at 96 s; the takeover is at 100 s: at most 99 s. */
  private final ServedTimes takenOver =
      ServedTimes.after(Map.of(D0, ledger(85, 90), D1, ledger(95, 96)), 100_000, TAKEOVER_NANOS);

  private final Map<InputPartition, Long> unreadMs = new HashMap<>();

  private static Ledger ledger(long eventSeconds, long appendSeconds) {
    Ledger ledger = new Ledger();
    ledger.recordRead(0, appendSeconds * 1_000);
    ledger.recordCounted(eventSeconds * SECOND);
    return ledger;
  }

  private OptionalLong debates(ServedTimes times, long nanos, long atSeconds) {
    return served(times, InputTopic.DEBATES, nanos, atSeconds);
  }

  private OptionalLong served(ServedTimes times, InputTopic topic, long nanos, long atSeconds) {
    return times.served(topic, nanos, this::unreadMs, atSeconds * SECOND);
  }

  private OptionalLong unreadMs(InputPartition partition, long askedFromNanos) {
    return unreadMs.containsKey(partition) && askedFromNanos == TAKEOVER_NANOS
        ? OptionalLong.of(unreadMs.get(partition))
        : OptionalLong.empty();
  }

  @Test
  void aStepBackIsNotServed() {
    assertThat(debates(first, 100 * SECOND, 0)).hasValue(100 * SECOND);
    assertThat(debates(first, 100 * SECOND - 1, 1)).hasValue(100 * SECOND);
    assertThat(debates(first, -9_000 * SECOND, 2)).hasValue(100 * SECOND);
    assertThat(debates(first, 101 * SECOND, 3)).hasValue(101 * SECOND);
  }

  @Test
  void theTimeOfRatiosNeverGoesBackEither() {
    assertThat(first.ofRatios(InputTopic.DEBATES, 100)).isEqualTo(100);
    assertThat(first.ofRatios(InputTopic.DEBATES, 99)).isEqualTo(100);
    assertThat(first.ofRatios(InputTopic.REQUESTS, 99)).isEqualTo(99);
    assertThat(first.ofRatios(InputTopic.DEBATES, 101)).isEqualTo(101);
  }

  @Test
  void aClockThatIsSetBackIsFollowed() {
    debates(first, 100 * SECOND, 0);
    first.ofRatios(InputTopic.DEBATES, 100);
    served(first, InputTopic.REQUESTS, 100 * SECOND, 0);
    first.setBack(InputTopic.DEBATES);
    assertThat(debates(first, 89 * SECOND, 1)).hasValue(89 * SECOND);
    assertThat(first.ofRatios(InputTopic.DEBATES, 89)).isEqualTo(89);
    assertThat(served(first, InputTopic.REQUESTS, 89 * SECOND, 0)).hasValue(100 * SECOND);
  }

  @Test
  void topicsAreApart() {
    debates(first, 100 * SECOND, 0);
    assertThat(served(first, InputTopic.REQUESTS, 99 * SECOND, 1)).hasValue(99 * SECOND);
    assertThat(debates(takenOver, 10 * SECOND, 0)).isEmpty();
    assertThat(served(takenOver, InputTopic.REQUESTS, 10 * SECOND, 1)).hasValue(10 * SECOND);
  }

  @Test
  void afterATakeoverTheTimeHasToPassAllThatMayHaveBeenServed() {
    assertThat(debates(takenOver, 90 * SECOND, 5)).isEmpty();
    assertThat(debates(takenOver, 99 * SECOND, 6)).isEmpty();
    assertThat(debates(takenOver, 100 * SECOND, 7)).isEmpty();
    assertThat(debates(takenOver, 100 * SECOND + 1, 8)).hasValue(100 * SECOND + 1);
    assertThat(debates(takenOver, 99 * SECOND, 9)).hasValue(100 * SECOND + 1);
  }

  @Test
  void whatThePredecessorLeftUnreadHeldItBackAndAllBeforeThatIsServed() {
    unreadMs.put(D0, 98_000L);
    unreadMs.put(D1, 96_500L);
    assertThat(debates(takenOver, -23_501 * MS, 5)).isEmpty();
    assertThat(debates(takenOver, -23_500 * MS, 6)).hasValue(96_500 * MS);
    unreadMs.put(D1, 99_000L);
    assertThat(debates(takenOver, 90_000 * MS, 7)).hasValue(96_500 * MS);
    assertThat(debates(takenOver, 96_500 * MS + 1, 8)).hasValue(96_500 * MS + 1);
  }

  @Test
  void theFirstAnswerAfterTheTakeoverCounts() {
    unreadMs.put(D1, 96_500L);
    assertThat(debates(takenOver, -30_000 * MS, 5)).isEmpty();
    unreadMs.put(D1, 99_000L);
    assertThat(debates(takenOver, 90_000 * MS, 6)).hasValue(96_500 * MS);
  }

  @Test
  void aRecordAppendedAfterTheTakeoverLeavesTheBoundThere() {
    unreadMs.put(D0, 101_000L);
    assertThat(debates(takenOver, -21 * SECOND, 5)).isEmpty();
    assertThat(debates(takenOver, 89 * SECOND, 6)).hasValue(100 * SECOND);
  }

  @Test
  void aPartitionWithoutACountedEventHeldNothingBack() {
    unreadMs.put(new InputPartition(InputTopic.DEBATES, 2), 90_000L);
    assertThat(debates(takenOver, 99 * SECOND, 5)).isEmpty();
  }

  @Test
  void aTimeThatStandsStillIsServedAfterHalfAMinute() {
    assertThat(debates(takenOver, 90 * SECOND, 5)).isEmpty();
    assertThat(debates(takenOver, 91 * SECOND, 34)).isEmpty();
    assertThat(debates(takenOver, 91 * SECOND, 35)).hasValue(91 * SECOND);
    assertThat(debates(takenOver, 92 * SECOND, 36)).hasValue(92 * SECOND);
  }

  @Test
  void aTopicWithoutAnEventHasNoLimit() {
    Ledger onlyDeadLetters = new Ledger();
    onlyDeadLetters.recordRead(0, 96_000);
    ServedTimes times = ServedTimes.after(Map.of(D0, onlyDeadLetters), 100_000, TAKEOVER_NANOS);
    assertThat(debates(times, 90 * SECOND, 5)).hasValue(90 * SECOND);
  }
}
