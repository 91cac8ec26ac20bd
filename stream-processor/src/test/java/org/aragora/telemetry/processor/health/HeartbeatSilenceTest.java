package org.aragora.telemetry.processor.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class HeartbeatSilenceTest {
  private static final long MS = 1_000_000;
  private static final String THREAD = "thread-1";

  private long nowNanos = 1;
  private double answers;
  private final HeartbeatWatch watch =
      new HeartbeatWatch(
          Duration.ofSeconds(3), new Clocks(() -> nowNanos, () -> nowNanos / 1_000_000));

  @Test
  void answersInARowAreFresh() {
    beatForSeconds(5);

    assertThat(watch.isFresh(THREAD)).isTrue();
  }

  /** An answer from before a pause, then the refusal that a member gets which was thrown out. */
  @Test
  void firstTwoAnswersAfterASilenceAreNotTrusted() {
    beatForSeconds(5);
    pause();

    answers++;
    lookSoon();
    assertThat(watch.isFresh(THREAD)).isFalse();
    answers++;
    lookSoon();
    assertThat(watch.isFresh(THREAD)).isFalse();
  }

  @Test
  void thirdAnswerAfterASilenceIs() {
    firstTwoAnswersAfterASilenceAreNotTrusted();
    beatForSeconds(1);

    assertThat(watch.isFresh(THREAD)).isTrue();
  }

  @Test
  void aSecondSilenceBeginsAnew() {
    firstTwoAnswersAfterASilenceAreNotTrusted();
    pause();
    answers++;
    lookSoon();

    assertThat(watch.isFresh(THREAD)).isFalse();
  }

  private void pause() {
    nowNanos += 9000 * MS;
    refresh();
  }

  private void lookSoon() {
    nowNanos += 200 * MS;
    refresh();
  }

  /** A heartbeat a second, a look five times a second. */
  private void beatForSeconds(int seconds) {
    for (int i = 1; i <= seconds * 5; i++) {
      nowNanos += 200 * MS;
      answers += i % 5 == 0 ? 1 : 0;
      refresh();
    }
  }

  private void refresh() {
    MetricName name =
        new MetricName(
            "heartbeat-total",
            "consumer-coordinator-metrics",
            "",
            Map.of("client-id", THREAD + "-consumer"));
    double value = answers;
    watch.refresh(
        Map.of(
            name,
            new Metric() {
              @Override
              public MetricName metricName() {
                return name;
              }

              @Override
              public Object metricValue() {
                return value;
              }
            }));
  }
}
