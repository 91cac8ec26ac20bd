package org.aragora.telemetry.exporter.loop;

import static org.aragora.telemetry.exporter.loop.TestLoop.P0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of a loop. */
@Timeout(30)
class StopTest {

  private final TestLoop test = new TestLoop();

  /** Runs the loop until it has ended; the first poll assigns, each one runs one of the tasks. */
  private void run(Runnable... tasks) {
    test.consumer.schedulePollTask(
        () -> {
          test.consumer.rebalance(List.of(P0));
          tasks[0].run();
        });
    Stream.of(tasks).skip(1).forEach(test.consumer::schedulePollTask);
    test.loop.run();
  }

  @Test
  void stopSendsWhatWasReadAndCommitsIt() {
    test.append(P0, "a", "b");
    run(
        () -> {
          test.time.after(Duration.ofMillis(100), () -> test.backend.last().acknowledge());
          test.loop.stop();
        });
    assertThat(test.backend.stored()).containsExactly("a", "b");
    assertThat(test.committed(P0)).isEqualTo(2);
    assertThat(test.time.elapsed()).isLessThan(Duration.ofMillis(200));
    assertThat(test.loop.ended()).isCompleted();
    assertThat(test.health.live().cause()).contains("it was stopped.");
    assertThat(test.consumer.closed()).isTrue();
    assertThat(test.workers.isShutdown()).isTrue();
    assertThat(test.endOffsetsClosed).isTrue();
  }

  @Test
  void stopLeavesWhatIsNotAcknowledgedAtItsDeadline() {
    test.append(P0, "skip", "a");
    run(test.loop::stop);
    assertThat(test.time.elapsed()).isBetween(TestLoop.DRAIN, TestLoop.DRAIN.plusMillis(50));
    assertThat(test.committed(P0)).isEqualTo(1);
    assertThat(test.loop.ended()).isCompleted();
  }

  @Test
  void stopWithNothingToSendIsAtOnce() {
    test.append(P0, "skip");
    run(test.loop::stop);
    assertThat(test.time.elapsed()).isZero();
    assertThat(test.committed(P0)).isEqualTo(1);
  }

  @Test
  void aStopGoesOnWithRetries() {
    test.append(P0, "a");
    run(
        () -> {
          test.time.after(Duration.ofMillis(10), () -> test.backend.last().unavailable());
          test.time.after(Duration.ofMillis(500), () -> test.backend.last().acknowledge());
          test.loop.stop();
        });
    assertThat(test.backend.requests).hasSize(2);
    assertThat(test.committed(P0)).isEqualTo(1);
  }

  @Test
  void aRevocationAfterTheStopDoesNotWait() {
    test.start(P0).append(P0, "a").settle();
    test.loop.stop();
    Duration before = test.time.elapsed();
    test.consumer.rebalance(List.of());
    assertThat(test.time.elapsed()).isEqualTo(before);
  }

  @Test
  void anInterruptIsAStop() {
    test.append(P0, "a", "b", "c", "d", "e", "f", "g", "h", "i");
    TestLoop interrupted = test;
    run(() -> interrupted.time.after(Duration.ofMillis(10), interrupted.time::interruptNextWait));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(test.loop.ended()).isCompleted();
    assertThat(test.committed(P0)).isLessThanOrEqualTo(0);
  }

  @Test
  void aPollWithoutAnAnswerIsTriedAgain() {
    test.append(P0, "a");
    run(
        () -> test.consumer.setPollException(new TimeoutException("no broker")),
        () -> {
          test.time.after(Duration.ofMillis(300), () -> test.backend.last().acknowledge());
          test.loop.stop();
        });
    assertThat(test.loop.ended()).isCompleted();
    assertThat(test.committed(P0)).isEqualTo(1);
  }

  @Test
  void anErrorThatNoRetryChangesEndsTheLoopWithItsCause() {
    KafkaException refused = new AuthorizationException("not for you");
    test.append(P0, "a");
    run(() -> {}, () -> test.consumer.setPollException(refused));
    assertThatThrownBy(() -> test.loop.ended().join())
        .isInstanceOf(CompletionException.class)
        .hasCause(refused);
    assertThat(test.health.live().ok()).isFalse();
    assertThat(test.health.live().cause()).contains("not for you");
    assertThat(test.committed(P0)).isLessThanOrEqualTo(0);
    assertThat(test.consumer.closed()).isTrue();
    assertThat(test.workers.isShutdown()).isTrue();
  }
}
