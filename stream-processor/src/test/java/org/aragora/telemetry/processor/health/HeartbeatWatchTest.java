package org.aragora.telemetry.processor.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.junit.jupiter.api.Test;

class HeartbeatWatchTest {
  private static final long SECOND = 1_000_000_000;

  private long nanos = 1_000 * SECOND;
  private long suspendedMs;
  private final HeartbeatWatch watch =
      new HeartbeatWatch(
          Duration.ofSeconds(5), new Clocks(() -> nanos, () -> nanos / 1_000_000 + suspendedMs));
  private final Map<MetricName, Metric> metrics = new HashMap<>();

  @Test
  void nothingIsFreshBeforeAnAnswerWasSeen() {
    assertThat(watch.isFresh("t1")).isFalse();
    answers("t1", 7);
    refresh(0);
    assertThat(watch.isFresh("t1")).as("the answers may be old").isFalse();
    assertThat(watch.isAnyFresh()).isFalse();
  }

  @Test
  void anAnswerIsFreshForHalfTheSessionTimeoutFromTheLookBefore() {
    answers("t1", 7);
    refresh(0);
    answers("t1", 8);
    refresh(1);
    assertThat(watch.isFresh("t1")).isTrue();
    nanos += 4 * SECOND - 1;
    assertThat(watch.isFresh("t1")).isTrue();
    nanos += 1;
    assertThat(watch.isFresh("t1")).isFalse();
  }

  @Test
  void afterASuspensionOfTheMachineOnlyTheThirdAnswerProvesAnything() {
    answers("t1", 7);
    refresh(0);
    answers("t1", 8);
    refresh(1);
    assertThat(watch.isFresh("t1")).isTrue();
    // The monotonic clock stood still meanwhile.
    suspendedMs += 60_000;
    assertThat(watch.isFresh("t1")).as("a scrape right after it").isFalse();
    for (int answer = 9; answer <= 11; answer++) {
      assertThat(watch.isFresh("t1")).isFalse();
      answers("t1", answer);
      refresh(0.2);
    }
    assertThat(watch.isFresh("t1")).isTrue();
  }

  @Test
  void aWallClockThatIsSetIsASuspensionToo() {
    answers("t1", 7);
    refresh(0);
    answers("t1", 8);
    refresh(1);
    suspendedMs -= 1_001;
    assertThat(watch.isFresh("t1")).isFalse();
    refresh(0.2);
    assertThat(watch.isFresh("t1")).isFalse();
  }

  @Test
  void clocksThatDriftSlowlyAreTrusted() {
    answers("t1", 7);
    refresh(0);
    for (int answer = 8; answer < 40; answer++) {
      answers("t1", answer);
      suspendedMs += 100;
      refresh(1);
      assertThat(watch.isFresh("t1")).isTrue();
    }
  }

  @Test
  void looksWithoutANewAnswerKeepNothingFresh() {
    answers("t1", 7);
    refresh(0);
    answers("t1", 8);
    for (int i = 0; i < 7; i++) {
      refresh(1);
    }
    assertThat(watch.isFresh("t1")).isFalse();
  }

  @Test
  void afterAStopOfTheProcessAnAnswerIsDatedToTheLookBeforeIt() {
    answers("t1", 7);
    refresh(0);
    answers("t1", 8);
    refresh(0.2);
    // An answer came right after that look; then SIGSTOP for a minute, then SIGCONT.
    answers("t1", 9);
    refresh(60);
    assertThat(watch.isFresh("t1")).isFalse();
    // Those behind it may be one from before the stop and one that refuses; a third is none of
    // them.
    answers("t1", 10);
    refresh(0.2);
    assertThat(watch.isFresh("t1")).isFalse();
    answers("t1", 11);
    refresh(0.2);
    assertThat(watch.isFresh("t1")).isFalse();
    answers("t1", 12);
    refresh(0.2);
    assertThat(watch.isFresh("t1")).isTrue();
  }

  /**
   * The coordinator's session began at the request, which the slow answer does not make younger.
   */
  @Test
  void anAnswerThatComesLateIsDatedToItsRequest() {
    answers("t1", 7);
    requested("t1", 2);
    refresh(0);
    requested("t1", 0);
    refresh(0.5);
    answers("t1", 8);
    requested("t1", 4);
    refresh(4);
    assertThat(watch.isFresh("t1")).as("4.5 of 5 s").isTrue();
    requested("t1", 0);
    refresh(0.4);
    assertThat(watch.isFresh("t1")).as("4.9 of 5 s").isTrue();
    refresh(0.2);
    assertThat(watch.isFresh("t1")).as("5.1 of 5 s").isFalse();
  }

  @Test
  void aRequestThatWasGivenUpDoesNotAgeTheAnswerOfTheNextOne() {
    answers("t1", 7);
    requested("t1", 2);
    refresh(0);
    requested("t1", 0);
    refresh(0.5);
    requested("t1", 3);
    refresh(3);
    requested("t1", 0);
    refresh(0.5);
    answers("t1", 8);
    refresh(0.5);
    nanos += 3_900 * SECOND / 1000;
    assertThat(watch.isFresh("t1")).as("4.9 s after the second request").isTrue();
  }

  @Test
  void eachThreadIsJudgedByItsOwnConsumer() {
    answers("t1", 1);
    answers("t2", 1);
    refresh(0);
    answers("t2", 2);
    refresh(1);
    assertThat(watch.isFresh("t1")).isFalse();
    assertThat(watch.isFresh("t2")).isTrue();
    assertThat(watch.isAnyFresh()).isTrue();
  }

  @Test
  void aThreadThatIsGoneIsForgotten() {
    answers("t1", 1);
    refresh(0);
    answers("t1", 2);
    refresh(1);
    metrics.clear();
    refresh(0.2);
    assertThat(watch.isFresh("t1")).isFalse();
  }

  @Test
  void otherFiguresAndClientsAreNoContact() {
    put("consumer-coordinator-metrics", "heartbeat-total", "t1-producer", 1.0);
    put("consumer-coordinator-metrics", "heartbeat-rate", "t1-consumer", 1.0);
    put("other", "heartbeat-total", "t1-consumer", 1.0);
    refresh(0);
    metrics.clear();
    put("consumer-coordinator-metrics", "heartbeat-total", "t1-producer", 2.0);
    put("consumer-coordinator-metrics", "heartbeat-rate", "t1-consumer", 2.0);
    put("other", "heartbeat-total", "t1-consumer", 2.0);
    refresh(1);
    assertThat(watch.isAnyFresh()).isFalse();
  }

  private void refresh(double afterSeconds) {
    nanos += (long) (afterSeconds * SECOND);
    watch.refresh(metrics);
  }

  private void answers(String thread, double count) {
    put("consumer-coordinator-metrics", "heartbeat-total", thread + "-consumer", count);
  }

  /** {@code age}: whole seconds since the last request, as Kafka reports it. */
  private void requested(String thread, double age) {
    put("consumer-coordinator-metrics", "last-heartbeat-seconds-ago", thread + "-consumer", age);
  }

  private void put(String group, String name, String client, Double value) {
    MetricName metricName = new MetricName(name, group, "", Map.of("client-id", client));
    metrics.put(
        metricName,
        new Metric() {
          @Override
          public MetricName metricName() {
            return metricName;
          }

          @Override
          public Object metricValue() {
            return value;
          }
        });
  }
}
