package org.aragora.telemetry.processor.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class CompleteUntilTest {
  private static final long SECOND = 1_000_000_000L;

  private final CompleteUntil times = new CompleteUntil(false);
  private final CompleteUntil takenOver = new CompleteUntil(true);

  private static OptionalLong at(CompleteUntil times, InputTopic topic, long nanos, long seconds) {
    return times.served(topic, nanos, seconds * SECOND);
  }

  private static OptionalLong debates(CompleteUntil times, long nanos, long seconds) {
    return at(times, InputTopic.DEBATES, nanos, seconds);
  }

  @Test
  void aSmallStepBackIsNotServed() {
    assertThat(debates(times, 100 * SECOND, 0)).hasValue(100 * SECOND);
    assertThat(debates(times, 100 * SECOND - 1, 1)).hasValue(100 * SECOND);
    assertThat(debates(times, 90 * SECOND, 2)).hasValue(100 * SECOND);
    assertThat(debates(times, 101 * SECOND, 3)).hasValue(101 * SECOND);
  }

  @Test
  void aClockThatWasAheadIsFollowedBack() {
    debates(times, 100 * SECOND, 0);
    assertThat(debates(times, 89 * SECOND, 1)).hasValue(89 * SECOND);
  }

  @Test
  void topicsAreApart() {
    debates(times, 100 * SECOND, 0);
    assertThat(at(times, InputTopic.REQUESTS, 99 * SECOND, 1)).hasValue(99 * SECOND);
    assertThat(debates(takenOver, 100 * SECOND, 0)).isEmpty();
    assertThat(at(takenOver, InputTopic.REQUESTS, 111 * SECOND, 1)).isEmpty();
    assertThat(debates(takenOver, 110 * SECOND, 1)).hasValue(110 * SECOND);
  }

  @Test
  void afterATakeoverTheTimeAdvancesByTheLongestStepFirst() {
    assertThat(debates(takenOver, 100 * SECOND, 5)).isEmpty();
    assertThat(debates(takenOver, 99 * SECOND, 6)).isEmpty();
    assertThat(debates(takenOver, 110 * SECOND - 1, 14)).isEmpty();
    assertThat(debates(takenOver, 110 * SECOND, 15)).hasValue(110 * SECOND);
    assertThat(debates(takenOver, 109 * SECOND, 16)).hasValue(110 * SECOND);
  }

  /** The worst that the other may have served is the longest step above the first time here. */
  @Test
  void nothingGoesBackBehindWhatThePredecessorServed() {
    long predecessor = 110 * SECOND;
    for (int at = 0; at < 29; at++) {
      OptionalLong now = debates(takenOver, (100 + at) * SECOND, at);
      assertThat(now.orElse(predecessor)).isGreaterThanOrEqualTo(predecessor);
    }
    assertThat(debates(takenOver, 129 * SECOND, 29)).hasValue(129 * SECOND);
  }

  @Test
  void aTimeThatStandsStillIsServedAfterHalfAMinute() {
    assertThat(debates(takenOver, 100 * SECOND, 5)).isEmpty();
    assertThat(debates(takenOver, 101 * SECOND, 34)).isEmpty();
    assertThat(debates(takenOver, 101 * SECOND, 35)).hasValue(101 * SECOND);
    assertThat(debates(takenOver, 102 * SECOND, 36)).hasValue(102 * SECOND);
  }
}
