package org.aragora.telemetry.processor.flow;

import static org.assertj.core.api.Assertions.assertThat;

import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

class CompleteUntilTest {
  private static final long SECOND = 1_000_000_000L;

  private final CompleteUntil times = new CompleteUntil();

  @Test
  void aSmallStepBackIsNotServed() {
    assertThat(times.served(InputTopic.DEBATES, 100 * SECOND)).isEqualTo(100 * SECOND);
    assertThat(times.served(InputTopic.DEBATES, 100 * SECOND - 1)).isEqualTo(100 * SECOND);
    assertThat(times.served(InputTopic.DEBATES, 90 * SECOND)).isEqualTo(100 * SECOND);
    assertThat(times.served(InputTopic.DEBATES, 101 * SECOND)).isEqualTo(101 * SECOND);
  }

  @Test
  void aClockThatWasAheadIsFollowedBack() {
    times.served(InputTopic.DEBATES, 100 * SECOND);
    assertThat(times.served(InputTopic.DEBATES, 89 * SECOND)).isEqualTo(89 * SECOND);
  }

  @Test
  void topicsAreApart() {
    times.served(InputTopic.DEBATES, 100 * SECOND);
    assertThat(times.served(InputTopic.REQUESTS, 99 * SECOND)).isEqualTo(99 * SECOND);
  }
}
