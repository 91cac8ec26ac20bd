package org.aragora.telemetry.exporter.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryQueueTest {

  private final ManualTime time = new ManualTime();
  private final RetryQueue<String> queue =
      new RetryQueue<>(
          new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5), new Random(1)), time);

  @Test
  void itemsAreDueAfterTheirPauseAndInItsOrder() {
    Duration late = queue.add("late", 1, Duration.ofSeconds(20));
    Duration soon = queue.add("soon", 1, Duration.ofSeconds(10));
    assertThat(late).isEqualTo(Duration.ofSeconds(20));
    assertThat(soon).isEqualTo(Duration.ofSeconds(10));
    assertThat(queue.size()).isEqualTo(2);
    assertThat(queue.pollDue()).isNull();
    assertThat(queue.nanosToNext(Long.MAX_VALUE)).isEqualTo(soon.toNanos());
    assertThat(queue.nanosToNext(5)).isEqualTo(5);

    time.advance(soon.toNanos() - 1);
    assertThat(queue.pollDue()).isNull();
    time.advance(1);
    assertThat(queue.nanosToNext(5)).isZero();
    assertThat(queue.pollDue()).isEqualTo("soon");
    assertThat(queue.pollDue()).isNull();
    time.advance(Duration.ofSeconds(60).toNanos());
    assertThat(queue.nanosToNext(5)).isZero();
    assertThat(queue.pollDue()).isEqualTo("late");
    assertThat(queue.size()).isZero();
    assertThat(queue.nanosToNext(5)).isEqualTo(5);
  }

  @Test
  void itemsAreFoundAndRemoved() {
    queue.add("a", 1, Duration.ZERO);
    queue.add("b", 1, Duration.ZERO);
    List<String> seen = new ArrayList<>();
    queue.forEach(seen::add);
    assertThat(seen).containsExactlyInAnyOrder("a", "b");
    assertThat(queue.allMatch(item -> item.length() == 1)).isTrue();
    assertThat(queue.allMatch("a"::equals)).isFalse();
    queue.removeIf("a"::equals);
    assertThat(queue.allMatch("b"::equals)).isTrue();
    assertThat(queue.size()).isEqualTo(1);
  }
}
