package org.aragora.telemetry.processor.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final long SECOND = 1_000_000_000;
  private static final String THREAD = "t1";

  private long nanos = 1_000 * SECOND;
  private boolean current = true;
  private final HeartbeatWatch heartbeats =
      new HeartbeatWatch(Duration.ofHours(1), new Clocks(() -> nanos, () -> nanos / 1_000_000));
  private final Lease lease =
      new Lease(() -> current, heartbeats, Duration.ofSeconds(145), () -> nanos);

  @BeforeEach
  void answerHeartbeats() {
    ProcessorHealthTest.answer(heartbeats, 1);
    ProcessorHealthTest.answer(heartbeats, 2);
  }

  @Test
  void threadThatGaveNoSignOfLifeServesNothing() {
    assertThat(lease.isFresh(THREAD)).isFalse();
    lease.onAlive("another thread");
    assertThat(lease.isFresh(THREAD)).isFalse();
  }

  @Test
  void stuckThreadServesNothingThoughItsHeartbeatsAreAnswered() {
    lease.onAlive(THREAD);
    assertThat(lease.isFresh(THREAD)).isTrue();
    nanos += 145 * SECOND - 1;
    assertThat(lease.isFresh(THREAD)).isTrue();
    nanos += 1;
    assertThat(heartbeats.isFresh(THREAD)).isTrue();
    assertThat(lease.isFresh(THREAD)).isFalse();
    lease.onAlive(THREAD);
    assertThat(lease.isFresh(THREAD)).isTrue();
  }

  @Test
  void liveThreadWithoutAnsweredHeartbeatsServesNothing() {
    nanos += 3600 * SECOND;
    lease.onAlive(THREAD);
    assertThat(lease.isFresh(THREAD)).isFalse();
  }

  @Test
  void nothingIsServedWhileAnotherGenerationMayBeCurrent() {
    lease.onAlive(THREAD);
    current = false;
    assertThat(lease.isFresh(THREAD)).isFalse();
  }

  /** A stuck thread leaves the group at the poll interval's end; half of it may precede a sign. */
  @Test
  void silenceEndsBeforeTheGroupCanGiveThePartitionsAway() {
    Duration interval = Duration.ofMinutes(5);
    Duration session = Duration.ofSeconds(10);
    assertThat(Lease.maxSilence(interval, session).plus(interval.dividedBy(2)))
        .isLessThan(interval);
    assertThat(Lease.maxSilence(Duration.ofSeconds(5), session)).isEqualTo(Duration.ofSeconds(1));
  }
}
