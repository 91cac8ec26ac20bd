package org.aragora.telemetry.exporter.loop;

import static org.aragora.telemetry.exporter.loop.TestLoop.P0;
import static org.aragora.telemetry.exporter.loop.TestLoop.P1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.aragora.telemetry.exporter.loop.MemoryBackend.Request;
import org.aragora.telemetry.exporter.loop.TestLoop.Bounds;
import org.junit.jupiter.api.Test;

/** Partitions that are taken away and come back. */
class RebalanceTest {

  private final TestLoop test = new TestLoop();

  @Test
  void aRevokedPartitionIsFinishedIfItsAnswerComesInTime() {
    test.start(P0, P1).append(P0, "a", "b").settle();
    Request request = test.backend.last();
    test.time.after(Duration.ofSeconds(1), request::acknowledge);
    Duration before = test.time.elapsed();
    test.consumer.rebalance(List.of(P1));
    assertThat(test.time.elapsed().minus(before))
        .isBetween(Duration.ofSeconds(1), Duration.ofMillis(1100));
    assertThat(test.committed(P0)).isEqualTo(2);
  }

  @Test
  void aRevokedPartitionWhoseAnswerIsLateStaysUncommitted() {
    test.start(P0, P1).append(P0, "a", "b").settle();
    Request request = test.backend.last();
    Duration before = test.time.elapsed();
    test.consumer.rebalance(List.of(P1));
    assertThat(test.time.elapsed().minus(before))
        .isBetween(TestLoop.REBALANCE_WAIT, TestLoop.REBALANCE_WAIT.plusMillis(50));
    request.acknowledge();
    test.settle();
    assertThat(test.committed(P0)).isZero();
    assertThat(test.metric("in_flight_records", "")).isZero();
    assertThat(test.converter.forgotten).containsExactly(P0);
  }

  @Test
  void aRevokedPartitionWithoutRequestsIsLeftAtOnce() {
    test.start(P0, P1).append(P0, "skip", "not-sent").append(P1, "x").step();
    Duration before = test.time.elapsed();
    test.consumer.rebalance(List.of(P1));
    assertThat(test.time.elapsed()).isEqualTo(before);
    assertThat(test.committed(P0)).isEqualTo(1);
    test.settle();
    assertThat(test.backend.requests.stream().map(request -> request.payloads))
        .containsExactly(List.of("x"));
  }

  @Test
  void othersInTheBatchOfARevokedPartitionAreCommitted() {
    test.start(P0, P1).append(P0, "a").append(P1, "x").settle();
    Request request = test.backend.last();
    test.consumer.rebalance(List.of(P1));
    request.acknowledge();
    test.settle();
    assertThat(test.committed(P1)).isEqualTo(1);
    assertThat(test.committed(P0)).isZero();
    assertThat(test.metric("acknowledged_records_total", "")).isEqualTo(1);
  }

  @Test
  void aLostPartitionCommitsNothingAndWaitsForNothing() {
    test.start(P0, P1).append(P0, "a").settle();
    test.append(P0, "skip");
    Duration before = test.time.elapsed();
    test.consumer.rebalanceTooLate(List.of(P1));
    assertThat(test.time.elapsed()).isEqualTo(before);
    test.backend.last().acknowledge();
    test.settle();
    assertThat(test.committed(P0)).isZero();
  }

  @Test
  void retriesOfALostPartitionEndAndOthersGoOn() {
    test.start(P0, P1).append(P0, "a").append(P1, "x").settle();
    test.backend.last().unavailable();
    test.step();
    test.consumer.rebalanceTooLate(List.of(P1));
    test.settle();
    assertThat(test.backend.last().payloads).containsExactly("x");
  }

  @Test
  void aLostBatchThatWaitsForItsNextAttemptFreesItsPlace() {
    TestLoop one = new TestLoop(new Bounds(1, 1000, 1, 100_000, 100));
    one.start(P0, P1).append(P0, "a", "b").settle();
    one.backend.last().unavailableFor(Duration.ofMinutes(5));
    one.step();
    one.consumer.rebalanceTooLate(List.of(P1));
    one.append(P1, "x").settle();
    assertThat(one.backend.requests).hasSize(2);
    assertThat(one.backend.last().payloads).containsExactly("x");
    one.backend.last().acknowledge();
    one.settle();
    assertThat(one.metric("in_flight_records", "")).isZero();
    assertThat(one.consumer.paused()).doesNotContain(P1);
  }

  @Test
  void aBatchThatIsLostInFlightIsNotRetriedNorParked() {
    test.start(P0, P1).append(P0, "a").settle();
    Request retried = test.backend.last();
    test.append(P0, "b").settle();
    Request refused = test.backend.last();
    test.consumer.rebalanceTooLate(List.of(P1));
    retried.unavailable();
    refused.refuse();
    test.run(Duration.ofSeconds(20));
    assertThat(test.backend.requests).hasSize(2);
    assertThat(test.producer.history()).isEmpty();
    assertThat(test.metric("retries_total", "")).isZero();
    assertThat(test.metric("in_flight_records", "")).isZero();
  }

  @Test
  void aDeadLetterInFlightHoldsARevocationLikeABatch() {
    test.start(P0, P1).append(P0, "defect").step();
    test.time.after(Duration.ofSeconds(1), test::storeDeadLetter);
    test.consumer.rebalance(List.of(P1));
    assertThat(test.committed(P0)).isEqualTo(1);
  }

  @Test
  void deadLettersOfALostPartitionEnd() {
    test.start(P0, P1).append(P0, "defect", "throws").step();
    test.failDeadLetter(new TimeoutException("no broker"));
    test.step();
    test.consumer.rebalanceTooLate(List.of(P1));
    test.storeDeadLetter();
    test.run(Duration.ofSeconds(20));
    assertThat(test.producer.history()).hasSize(2);
    assertThat(test.metric("in_flight_records", "")).isZero();
    assertThat(test.metric("dead_lettered_records_total", "")).isZero();
    assertThat(test.health.ready().ok()).isTrue();
  }

  @Test
  void aPartitionThatComesBackIsReadFromItsCommit() {
    test.start(P0).append(P0, "a", "b").settle();
    Request old = test.backend.last();
    test.consumer.rebalanceTooLate(List.of());
    test.consumer.rebalance(List.of(P0));
    test.settle();
    assertThat(test.backend.requests).hasSize(2);
    assertThat(test.backend.last().payloads).containsExactly("a", "b");

    // An answer to the former assignment settles nothing of this one.
    old.acknowledge();
    test.settle();
    assertThat(test.committed(P0)).isZero();
    test.backend.last().acknowledge();
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(2);
  }

  @Test
  void aCommitThatFailsOnRevocationLeavesTheRecordsToTheNextOwner() {
    test.start(P0, P1).append(P0, "a").settle();
    test.backend.last().acknowledge();
    test.consumer.commitFailure = new CommitFailedException();
    test.consumer.rebalance(List.of(P1));
    test.consumer.commitFailure = null;
    test.settle();
    assertThat(test.committed(P0)).isZero();
    test.append(P1, "skip").settle();
    assertThat(test.committed(P1)).isEqualTo(1);
  }

  @Test
  void aCommitThatFailsIsCoveredByTheNext() {
    test.start(P0).append(P0, "skip");
    test.consumer.commitFailure = new TimeoutException("no coordinator");
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(-1);
    test.consumer.commitFailure = null;
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(1);
  }

  @Test
  void theLagOfALostPartitionDisappears() {
    test.start(P0, P1).append(P0, "a").append(P1, "x").run(Duration.ofSeconds(3));
    assertThat(test.metric("lag_records", "partition=\"0\"")).isEqualTo(1);
    test.consumer.rebalanceTooLate(List.of(P1));
    test.run(Duration.ofSeconds(3));
    assertThat(test.metric("lag_records", "partition=\"0\"")).isZero();
    assertThat(test.metric("lag_records", "partition=\"1\"")).isEqualTo(1);
  }
}
