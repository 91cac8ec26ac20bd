package org.aragora.telemetry.quickstart.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SampleClockTest {
  private static final Instant START = Instant.parse("2026-11-28T12:00:00.000000001Z");

  private Instant wall = START;
  private final InstantSource source = () -> wall;
  private final SampleClock clock = new SampleClock(source.withZone(ZoneOffset.UTC));

  @Test
  void momentsAreAsFarApartAsTheMonotonicClockMeasured() {
    assertThat(clock.at(-50)).isEqualTo(START);

    wall = START.plusMillis(900); // a pause between the two clocks

    assertThat(clock.at(-20)).isEqualTo(START.plusNanos(30));
  }

  @Test
  void stepOfTheWallClockIsFollowed() {
    clock.at(0);
    wall = START.minusSeconds(3600);

    assertThat(clock.at(TimeUnit.SECONDS.toNanos(2))).isEqualTo(wall);

    wall = START.plusSeconds(7200); // the machine slept

    assertThat(clock.at(TimeUnit.SECONDS.toNanos(3))).isEqualTo(wall);
  }

  @Test
  void firstMomentIsTheWallClocksWhateverTheMonotonicOneShows() {
    long odd = Long.MIN_VALUE / 4;

    assertThat(new SampleClock(Clock.fixed(START, ZoneOffset.UTC)).at(odd)).isEqualTo(START);
  }
}
