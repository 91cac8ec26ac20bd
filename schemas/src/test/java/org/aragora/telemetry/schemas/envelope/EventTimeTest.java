package org.aragora.telemetry.schemas.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.aragora.telemetry.schemas.event.InstanceStopped;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventTimeTest {
  private static final Duration SKEW = Duration.ofSeconds(60);
  private static final Instant APPENDED = Instant.parse("2026-11-24T12:00:00.123Z");

  private static EventTime of(@Nullable Instant time) {
    Event event = new Event("e", "/s", time, null, null, null, new InstanceStopped("i"));
    return EventTime.of(event, APPENDED.toEpochMilli(), SKEW);
  }

  @Test
  void anEventCountsAtItsOwnTime() {
    Instant early = Instant.parse("2020-01-01T00:00:00.000000001Z");

    assertThat(of(early).instant()).isEqualTo(early);
    assertThat(of(early).isSkewed()).isFalse();
  }

  @Test
  void anEventWithoutATimeCountsAtItsAppendTime() {
    assertThat(of(null)).isEqualTo(new EventTime(APPENDED.toEpochMilli() * 1_000_000, false));
  }

  @Test
  void aClockMayRunAheadByTheSkewAndNoNanosecondMore() {
    Instant limit = APPENDED.plus(SKEW);

    assertThat(of(limit).instant()).isEqualTo(limit);
    assertThat(of(limit).isSkewed()).isFalse();
    assertThat(of(limit.plusNanos(1)).instant()).isEqualTo(APPENDED);
    assertThat(of(limit.plusNanos(1)).isSkewed()).isTrue();
  }

  @Test
  void noAppendTimeOverflows() {
    Event event = new Event("e", "/s", null, null, null, null, new InstanceStopped("i"));

    assertThat(EventTime.of(event, Long.MIN_VALUE, SKEW).nanos()).isZero();
    assertThat(EventTime.of(event, Long.MAX_VALUE, SKEW).nanos()).isPositive();
  }
}
