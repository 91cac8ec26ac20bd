package org.aragora.telemetry.exporter.loop;

import static org.aragora.telemetry.exporter.loop.TestLoop.P0;
import static org.aragora.telemetry.exporter.loop.TestLoop.P1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.aragora.telemetry.exporter.loop.TestLoop.Bounds;
import org.aragora.telemetry.exporter.partition.EndOffsets;
import org.junit.jupiter.api.Test;

/** Reading, batches, commits and bounds of a loop whose backend answers well or not at all. */
class ExportLoopTest {

  private final TestLoop test = new TestLoop();

  private static String[] texts(int from, int to) {
    return IntStream.range(from, to).mapToObj(number -> "r" + number).toArray(String[]::new);
  }

  @Test
  void nothingIsCommittedBeforeItIsAcknowledged() {
    test.start(P0).append(P0, "a", "b").settle();
    assertThat(test.backend.last().payloads).containsExactly("a", "b");
    assertThat(test.committed(P0)).isZero();

    test.backend.last().acknowledge();
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(2);
  }

  @Test
  void aLaterAnswerDoesNotCommitPastAnEarlierRecord() {
    test.start(P0).append(P0, texts(0, 8)).settle();
    assertThat(test.backend.open()).hasSize(2);
    test.backend.requests.get(1).acknowledge();
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(0);

    test.backend.requests.get(0).acknowledge();
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(8);
  }

  @Test
  void partitionsThatShareABatchCommitEachItsOwnOffset() {
    test.start(P0, P1).append(P0, "a", "b", "c").append(P1, "d").settle();
    assertThat(test.backend.last().payloads).containsExactlyInAnyOrder("a", "b", "c", "d");
    test.backend.last().acknowledge();
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(3);
    assertThat(test.committed(P1)).isEqualTo(1);
    assertThat(test.metric("acknowledged_records_total", P0.topic())).isEqualTo(4);
    assertThat(test.metric("acknowledged_items_total", "")).isEqualTo(8);
    assertThat(test.metric("sent_items_total", "")).isEqualTo(8);
  }

  @Test
  void aPartitionIsSentInItsOrder() {
    TestLoop one = new TestLoop(new Bounds(3, 1000, 1, 100_000, 100));
    one.start(P0, P1).append(P0, texts(0, 10)).append(P1, texts(100, 104));
    for (int count = 0; count < 10 && one.backend.stored().size() < 14; count++) {
      one.settle();
      one.backend.open().forEach(MemoryBackend.Request::acknowledge);
    }
    assertThat(one.backend.stored()).containsSubsequence(texts(0, 10));
    assertThat(one.backend.stored()).containsSubsequence(texts(100, 104)).hasSize(14);
  }

  @Test
  void skippedRecordsAreCommittedWithoutARequest() {
    test.start(P0).append(P0, "skip", "skip").settle();
    assertThat(test.backend.requests).isEmpty();
    assertThat(test.committed(P0)).isEqualTo(2);
    assertThat(test.metric("skipped_records_total", "below_level")).isEqualTo(2);
  }

  @Test
  void aTransactionsMarkerIsCommittedWithoutARecord() {
    test.start(P0).append(P0, "a").settle();
    test.backend.last().acknowledge();
    test.consumer.marker(P0, 2);
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(2);
  }

  @Test
  void anOffsetIsCommittedOnceAndAtItsInterval() {
    test.start(P0).append(P0, "skip").step();
    assertThat(test.committed(P0)).isEqualTo(1);
    test.append(P0, "skip");
    test.run(Duration.ofMillis(400));
    assertThat(test.committed(P0)).isEqualTo(1);
    test.run(Duration.ofMillis(200));
    assertThat(test.committed(P0)).isEqualTo(2);
    test.run(Duration.ofSeconds(10));
    assertThat(test.consumer.commits).isEqualTo(2);
  }

  @Test
  void aBatchIsSentWhenItHasItsNumberOfRecords() {
    test.start(P0).append(P0, texts(0, 4)).step().step();
    assertThat(test.backend.last().payloads).containsExactly(texts(0, 4));
    assertThat(test.time.elapsed()).isLessThanOrEqualTo(Duration.ofMillis(50));
  }

  @Test
  void aBatchThatIsNotFullIsSentAtItsAge() {
    test.start(P0).append(P0, "a").step();
    test.run(Duration.ofMillis(150));
    assertThat(test.backend.requests).isEmpty();
    test.run(Duration.ofMillis(50)).step();
    assertThat(test.backend.requests).hasSize(1);
    assertThat(test.time.elapsed()).isLessThanOrEqualTo(Duration.ofMillis(250));
  }

  @Test
  void theAgeOfABatchIsThatOfItsFirstRecord() {
    test.start(P0).append(P0, "a").step();
    test.run(Duration.ofMillis(150)).append(P0, "b").step();
    test.run(Duration.ofMillis(50)).step();
    assertThat(test.backend.last().payloads).containsExactly("a", "b");
  }

  @Test
  void aBatchIsBoundedInBytesButForASingleRecord() {
    TestLoop small = new TestLoop(new Bounds(100, 10, 4, 100_000, 100));
    small.start(P0).append(P0, "12345", "67890", "x", "a-record-of-its-own", "y").settle();
    assertThat(small.backend.requests.stream().map(request -> request.payloads))
        .containsExactly(
            List.of("12345", "67890"), List.of("x"), List.of("a-record-of-its-own"), List.of("y"));
  }

  @Test
  void noMoreBatchesThanAllowedAreInFlight() {
    test.start(P0).append(P0, texts(0, 40)).settle();
    assertThat(test.backend.open()).hasSize(2);
    test.backend.last().acknowledge();
    test.settle();
    assertThat(test.backend.open()).hasSize(2);
    assertThat(test.backend.requests).hasSize(3);
  }

  @Test
  void readingStopsWhileBatchesWaitToBeSentAndGoesOn() {
    test.start(P0, P1).append(P0, texts(0, 12)).settle();
    assertThat(test.consumer.paused()).containsExactlyInAnyOrder(P0, P1);
    test.append(P0, "later").settle();
    assertThat(test.metric("in_flight_records", "")).isEqualTo(12);

    test.backend.open().forEach(MemoryBackend.Request::acknowledge);
    test.settle();
    assertThat(test.consumer.paused()).isEmpty();
    test.backend.open().forEach(MemoryBackend.Request::acknowledge);
    test.settle();
    test.backend.last().acknowledge();
    test.settle();
    assertThat(test.committed(P0)).isEqualTo(13);
    assertThat(test.metric("in_flight_records", "")).isEqualTo(0);
  }

  @Test
  void readingStopsAtTheBytesHeld() {
    // A record holds its payload and its value: 10 bytes.
    TestLoop small = new TestLoop(new Bounds(100, 1000, 2, 30, 100));
    small.start(P0).append(P0, "12345", "67890").settle();
    assertThat(small.consumer.paused()).isEmpty();
    small.append(P0, "abcde").settle();
    assertThat(small.consumer.paused()).containsExactly(P0);
    small.backend.requests.get(0).acknowledge();
    small.settle();
    assertThat(small.consumer.paused()).isEmpty();
  }

  @Test
  void onlyAPartitionWithTooManyUnacknowledgedRecordsIsPaused() {
    TestLoop small = new TestLoop(new Bounds(100, 1000, 8, 100_000, 3));
    small.start(P0, P1).append(P0, "a", "b").append(P1, "x").settle();
    assertThat(small.consumer.paused()).isEmpty();
    small.append(P0, "c").settle();
    assertThat(small.consumer.paused()).containsExactly(P0);
    small.append(P1, "y").settle();
    assertThat(small.backend.last().payloads).containsExactly("y");
    small.backend.requests.get(0).acknowledge();
    small.settle();
    assertThat(small.consumer.paused()).isEmpty();
  }

  @Test
  void aStreamDoesNotRunAheadOfItsUnsettledBatch() {
    test.start(P0).append(P0, "s@0", "s@45", "s@46", "t@300").settle();
    assertThat(test.backend.requests.stream().map(request -> request.payloads))
        .containsExactly(List.of("s@0", "s@45"));
    test.backend.last().unavailable();
    test.run(Duration.ofMillis(30));
    assertThat(test.backend.requests).hasSize(1);
    test.settle();
    assertThat(test.backend.last().payloads).containsExactly("s@0", "s@45");
    test.backend.last().acknowledge();
    test.settle();
    assertThat(test.backend.last().payloads).containsExactly("s@46", "t@300");
  }

  @Test
  void lagCountsWhatIsUnreadUnacknowledgedAndHeldBack() {
    test.ends.put(P0, new EndOffsets.End(7, 10));
    test.start(P0).append(P0, "a", "b").settle();
    test.run(Duration.ofSeconds(3));
    assertThat(test.metric("lag_records", "partition=\"0\"")).isEqualTo(5 + 3 + 2);
    assertThat(test.metric("unstable_records", "partition=\"0\"")).isEqualTo(3);
    assertThat(test.metric("lag_seconds", P0.topic())).isBetween(3.0, 5.0);
  }

  @Test
  void healthFollowsTheProgressOfTheLoop() {
    test.start(P0).append(P0, "a").settle();
    assertThat(test.health.ready().ok()).isTrue();
    test.run(Duration.ofSeconds(61));
    assertThat(test.health.ready().ok()).isFalse();
    assertThat(test.health.ready().cause()).contains("no answer came");
    assertThat(test.health.live().ok()).isTrue();
    test.backend.last().acknowledge();
    test.settle();
    assertThat(test.health.ready().ok()).isTrue();
    test.run(Duration.ofSeconds(120));
    assertThat(test.health.ready().ok()).isTrue();
  }
}
