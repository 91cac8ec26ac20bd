package org.aragora.telemetry.exporter.loop;

import static org.aragora.telemetry.exporter.loop.TestLoop.P0;
import static org.aragora.telemetry.exporter.loop.TestLoop.P1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.aragora.telemetry.exporter.loop.MemoryBackend.Request;
import org.aragora.telemetry.exporter.loop.TestLoop.Bounds;
import org.junit.jupiter.api.Test;

/**
 * Answers that are not an acknowledgement, and dead letters. Pauses are seen up to one poll late,
 * 50 ms.
 */
class BackendFailuresTest {

  private final TestLoop test = new TestLoop();

  private static String[] texts(int from, int to) {
    return IntStream.range(from, to).mapToObj(number -> "r" + number).toArray(String[]::new);
  }

  @Test
  void aBackendThatIsAwayIsAskedAgainWithoutEnd() {
    test.start(P0).append(P0, "a", "b").settle();
    List<Duration> pauses = new ArrayList<>();
    for (int attempt = 1; attempt <= 60; attempt++) {
      assertThat(test.backend.requests).hasSize(attempt);
      assertThat(test.backend.last().payloads).containsExactly("a", "b");
      Duration failed = test.time.elapsed();
      test.backend.last().unavailable();
      test.step();
      while (test.backend.open().isEmpty()) {
        assertThat(test.consumer.paused()).containsExactly(P0);
        test.step();
      }
      pauses.add(test.time.elapsed().minus(failed));
    }
    assertThat(pauses.get(0)).isBetween(Duration.ofMillis(50), Duration.ofMillis(150));
    assertThat(pauses.get(2)).isBetween(Duration.ofMillis(200), Duration.ofMillis(450));
    assertThat(pauses.subList(10, 60))
        .allSatisfy(
            pause -> assertThat(pause).isBetween(Duration.ofMillis(2500), Duration.ofMillis(5050)));
    assertThat(test.producer.history()).isEmpty();
    assertThat(test.committed(P0)).isZero();
    assertThat(test.metric("retries_total", "http_503")).isEqualTo(60);
    assertThat(test.health.ready().ok()).isFalse();
    assertThat(test.health.ready().cause()).contains("last answer: Not now.");

    test.backend.last().acknowledge();
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(2);
    assertThat(test.consumer.paused()).isEmpty();
    assertThat(test.health.ready().ok()).isTrue();
  }

  @Test
  void theBackendsOwnPauseIsKept() {
    test.start(P0).append(P0, "a").settle();
    test.backend.last().unavailableFor(Duration.ofSeconds(30));
    test.run(Duration.ofSeconds(29));
    assertThat(test.backend.requests).hasSize(1);
    test.run(Duration.ofMillis(1100));
    assertThat(test.backend.requests).hasSize(2);
  }

  @Test
  void aSenderThatThrowsIsAskedAgain() {
    test.start(P0).append(P0, "broken").settle();
    test.run(Duration.ofSeconds(2));
    assertThat(test.metric("retries_total", "failure")).isGreaterThan(2);
    assertThat(test.producer.history()).isEmpty();
  }

  @Test
  void aStageThatFailsIsAskedAgain() {
    test.start(P0).append(P0, "a").settle();
    test.backend.last().fail(new IllegalStateException("closed"));
    test.settle();
    assertThat(test.backend.requests).hasSize(2);
    assertThat(test.metric("retries_total", "failure")).isEqualTo(1);
    assertThat(test.metric("backend_duration_seconds_count", "")).isEqualTo(1);
  }

  @Test
  void partitionsBesideAWaitingOneAreReadOn() {
    test.start(P0, P1).append(P0, "a").settle();
    test.backend.last().unavailableFor(Duration.ofSeconds(60));
    test.append(P1, "x").settle();
    assertThat(test.consumer.paused()).containsExactly(P0);
    test.backend.last().acknowledge();
    test.settle();
    assertThat(test.committed(P1)).isEqualTo(1);
    assertThat(test.committed(P0)).isZero();
  }

  @Test
  void batchesThatWaitForTheirNextAttemptCountAsInFlight() {
    test.start(P0, P1).append(P0, texts(0, 4)).append(P1, texts(10, 22)).settle();
    test.backend.open().forEach(request -> request.unavailableFor(Duration.ofSeconds(60)));
    test.run(Duration.ofSeconds(50));
    assertThat(test.backend.requests).hasSize(2);
    assertThat(test.consumer.paused()).containsExactlyInAnyOrder(P0, P1);
  }

  @Test
  void aRetryGoesBeforeWhatWasReadLater() {
    TestLoop one = new TestLoop(new Bounds(2, 1000, 1, 100_000, 100));
    one.start(P0).append(P0, texts(0, 6)).settle();
    one.backend.last().unavailable();
    one.settle();
    assertThat(one.backend.last().payloads).containsExactly("r0", "r1");
  }

  @Test
  void aRefusedBatchIsHalvedDownToTheRecordThatFailsAlone() {
    TestLoop five = new TestLoop(new Bounds(5, 1000, 1, 100_000, 100));
    five.start(P0).append(P0, texts(0, 5)).step().step();
    List<List<String>> requests = new ArrayList<>();
    while (!five.backend.open().isEmpty()) {
      Request request = five.backend.last();
      requests.add(request.payloads);
      if (request.payloads.contains("r3")) {
        request.refuse();
      } else {
        request.acknowledge();
      }
      five.step().step();
    }
    assertThat(requests)
        .containsExactly(
            List.of(texts(0, 5)),
            List.of("r0", "r1", "r2"),
            List.of("r3", "r4"),
            List.of("r3"),
            List.of("r4"));
    assertThat(five.deadLetters()).containsExactly("r3");
    five.settle();
    assertThat(five.committed(P0)).isEqualTo(3);
    five.storeDeadLetter();
    five.settle();
    assertThat(five.committed(P0)).isEqualTo(5);
    five.run(Duration.ofSeconds(60));
    assertThat(five.deadLetters()).hasSize(1);
    assertThat(five.metric("dead_lettered_records_total", "refused")).isEqualTo(1);
    assertThat(five.metric("in_flight_records", "")).isZero();
    assertThat(TestLoop.header(five.producer.history().get(0), "message")).isEqualTo("Bad line.");
    assertThat(TestLoop.header(five.producer.history().get(0), "offset")).isEqualTo("3");
  }

  @Test
  void recordsThatTheAnswerNamesAreParkedAtOnceAndTheRestIsSentTogether() {
    test.start(P0).append(P0, texts(0, 4)).step().step();
    test.backend.last().refuse("r0", "r2");
    test.step().step();
    assertThat(test.backend.last().payloads).containsExactly("r1", "r3");
    assertThat(test.deadLetters()).containsExactly("r0", "r2");
    test.storeDeadLetter();
    test.storeDeadLetter();
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(1);
    test.backend.last().acknowledge();
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(4);
    assertThat(test.metric("dead_lettered_records_total", "too_old")).isEqualTo(2);
    assertThat(test.metric("acknowledged_records_total", "")).isEqualTo(2);
    assertThat(test.metric("acknowledged_items_total", "")).isEqualTo(4);
  }

  @Test
  void whatIsLeftOfARefusedBatchBeginsWithShortPauses() {
    test.start(P0).append(P0, texts(0, 2)).settle();
    for (int attempt = 0; attempt < 8; attempt++) {
      test.backend.last().unavailable();
      test.run(Duration.ofSeconds(6));
    }
    test.backend.last().refuse("r0");
    test.step().step();
    Duration failed = test.time.elapsed();
    test.backend.last().unavailable();
    test.step();
    while (test.backend.open().isEmpty()) {
      test.step();
    }
    assertThat(test.time.elapsed().minus(failed)).isLessThanOrEqualTo(Duration.ofMillis(150));
  }

  @Test
  void aBatchWhoseRecordsAreAllNamedIsNotSentAgain() {
    test.start(P0).append(P0, "a", "b").settle();
    test.backend.last().refuse("a", "b");
    test.settle();
    assertThat(test.backend.requests).hasSize(1);
    assertThat(test.deadLetters()).containsExactly("a", "b");
  }

  @Test
  void aDeadLetterIsWrittenUntilKafkaStoresIt() {
    test.start(P0).append(P0, "a", "b").settle();
    test.backend.last().refuse("a");
    test.step().step();
    test.backend.last().acknowledge();
    for (int attempt = 1; attempt <= 30; attempt++) {
      assertThat(test.producer.history()).hasSize(attempt);
      test.failDeadLetter(new TimeoutException("no broker"));
      test.run(Duration.ofMillis(40));
      assertThat(test.consumer.paused()).containsExactly(P0);
      assertThat(test.producer.history()).hasSize(attempt);
      test.run(Duration.ofSeconds(6));
    }
    assertThat(test.committed(P0)).isZero();
    assertThat(test.metric("retries_total", "dead_letter")).isEqualTo(30);
    assertThat(test.health.ready().cause()).contains("no broker");
    test.storeDeadLetter();
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(2);
    assertThat(test.consumer.paused()).isEmpty();
    assertThat(test.metric("dead_lettered_records_total", "too_old")).isEqualTo(1);
  }

  @Test
  void pausesBeforeADeadLettersNextAttemptGrow() {
    test.start(P0).append(P0, "a").settle();
    test.backend.last().refuse();
    test.step();
    List<Duration> pauses = new ArrayList<>();
    for (int attempt = 1; attempt <= 8; attempt++) {
      Duration failed = test.time.elapsed();
      test.failDeadLetter(new TimeoutException("no broker"));
      test.step();
      while (test.producer.history().size() == attempt) {
        test.step();
      }
      pauses.add(test.time.elapsed().minus(failed));
    }
    assertThat(pauses.get(0)).isBetween(Duration.ofMillis(50), Duration.ofMillis(150));
    assertThat(pauses.get(7)).isBetween(Duration.ofMillis(2500), Duration.ofMillis(5050));
  }

  @Test
  void aDeadLetterThatDoesNotFitIsCutAtOnce() {
    String large = "x".repeat(900);
    test.start(P0).append(P0, large).settle();
    test.backend.last().refuse();
    test.step();
    List<Integer> sizes = new ArrayList<>();
    for (int cut = 0; cut < 3; cut++) {
      sizes.add(test.deadLetters().get(cut).length());
      test.failDeadLetter(new RecordTooLargeException("too large"));
      test.step();
    }
    assertThat(sizes).isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(test.producer.history()).hasSize(4);
    assertThat(test.deadLetters().get(3).length()).isLessThanOrEqualTo(512);
    assertThat(test.metric("retries_total", "dead_letter")).isZero();

    // There is no smaller one: it waits like every other failure.
    test.failDeadLetter(new RecordTooLargeException("too large"));
    test.settle();
    assertThat(test.metric("retries_total", "dead_letter")).isEqualTo(1);
    assertThat(test.producer.history()).hasSize(5);
  }

  @Test
  void aRecordThatOursCannotConvertIsParkedAndNeverSent() {
    test.start(P0).append(P0, "defect", "throws", "a").settle();
    assertThat(test.backend.requests.stream().map(request -> request.payloads))
        .containsExactly(List.of("a"));
    assertThat(test.deadLetters()).containsExactly("defect", "throws");
    assertThat(TestLoop.header(test.producer.history().get(0), "message")).contains("ours");
    test.backend.last().acknowledge();
    test.settle();
    assertThat(test.committed(P0)).isZero();
    test.storeDeadLetter();
    test.storeDeadLetter();
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(3);
    assertThat(test.metric("dead_lettered_records_total", "unconvertible")).isEqualTo(2);
  }

  @Test
  void deadLettersThatWaitHoldMemoryLikeOtherRecords() {
    TestLoop small = new TestLoop(new Bounds(100, 1000, 2, 20, 100));
    small.start(P0, P1).append(P0, "defect").settle();
    assertThat(small.consumer.paused()).isEmpty();
    small.append(P0, "throws").settle();
    assertThat(small.consumer.paused()).containsExactlyInAnyOrder(P0, P1);
    small.storeDeadLetter();
    small.storeDeadLetter();
    small.settle();
    assertThat(small.consumer.paused()).isEmpty();
  }
}
