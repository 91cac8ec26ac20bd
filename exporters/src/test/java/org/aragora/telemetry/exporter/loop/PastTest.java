package org.aragora.telemetry.exporter.loop;

import static org.aragora.telemetry.exporter.loop.TestLoop.D0;
import static org.aragora.telemetry.exporter.loop.TestLoop.P0;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** Records that wait for the past of their partition, and topics that are made again. */
class PastTest {

  private final TestLoop test = new TestLoop();

  /** A committed record that is too old, one within the lookback, one that is not exported yet. */
  private void history() {
    test.append(D0, "too-old");
    test.time.advance(Duration.ofHours(2).toNanos());
    test.append(D0, "remembered");
    test.time.advance(Duration.ofMinutes(30).toNanos());
    test.append(D0, "new");
    test.consumer.commitBefore(D0, 2);
    test.uncheck(D0);
  }

  @Test
  void thePastIsReadBeforeTheFirstRecordIsConverted() {
    history();
    test.start(D0).step();
    assertThat(test.consumer.paused()).isEmpty();
    assertThat(test.backend.requests).isEmpty();
    test.settle();
    assertThat(test.converter.remembered).containsExactly("remembered");
    assertThat(test.backend.last().payloads).containsExactly("new");
    assertThat(test.pastReaders).hasSize(1).allMatch(TestConsumer::closed);

    test.append(D0, "next").settle();
    assertThat(test.backend.last().payloads).containsExactly("next");
    assertThat(test.pastReaders).hasSize(1);
    test.backend.open().forEach(MemoryBackend.Request::acknowledge);
    test.settle();
    assertThat(test.consumer.committedOffset(D0)).isEqualTo(4);
  }

  @Test
  void aPartitionIsPausedWhileItsPastIsRead() {
    history();
    test.start(D0, P0).step();
    test.pastFailure = new TimeoutException("no broker");
    test.append(P0, "x").settle();
    assertThat(test.consumer.paused()).containsExactly(D0);
    assertThat(test.backend.stored()).isEmpty();
    assertThat(test.backend.last().payloads).containsExactly("x");
    assertThat(test.consumer.committedOffset(D0)).isEqualTo(2);

    test.pastFailure = null;
    test.settle();
    assertThat(test.backend.last().payloads).containsExactly("new");
    assertThat(test.consumer.paused()).isEmpty();
  }

  @Test
  void aPartitionWithoutAPastIsReadAtOnce() {
    test.append(D0, "first").start(D0).settle();
    assertThat(test.backend.last().payloads).containsExactly("first");
    assertThat(test.converter.remembered).isEmpty();
    assertThat(test.pastReaders).hasSize(1).allMatch(TestConsumer::closed);
  }

  @Test
  void theReadingOfALostPartitionsPastEnds() {
    history();
    test.start(D0, P0).step();
    test.pastFailure = new TimeoutException("no broker");
    test.step().step();
    test.consumer.rebalanceTooLate(List.of(P0));
    test.pastFailure = null;
    test.settle();
    assertThat(test.backend.requests).isEmpty();
    assertThat(test.converter.forgotten).containsExactly(D0);
    assertThat(test.pastReaders).isNotEmpty().allMatch(TestConsumer::closed);
  }

  @Test
  void theReaderOfThePastIsClosedAtTheEnd() {
    history();
    test.pastFailure = new TimeoutException("no broker");
    test.consumer.schedulePollTask(() -> test.consumer.rebalance(List.of(D0)));
    test.consumer.schedulePollTask(() -> {});
    test.consumer.schedulePollTask(test.loop::stop);
    test.loop.run();
    assertThat(test.loop.ended()).isCompleted();
    assertThat(test.pastReaders).isNotEmpty().allMatch(TestConsumer::closed);
    assertThat(test.consumer.committedOffset(D0)).isEqualTo(2);
  }

  @Test
  void aTopicThatIsMadeAgainIsReadFromItsBeginAndNoOldOffsetIsCommitted() {
    Uuid first = Uuid.randomUuid();
    test.topicIds.put(P0.topic(), first);
    test.start(P0).append(P0, "a", "b", "c").run(Duration.ofSeconds(3));
    MemoryBackend.Request old = test.backend.last();
    assertThat(test.consumer.committedOffset(P0)).isZero();
    test.uncheck(P0);
    test.topicIds.put(P0.topic(), Uuid.randomUuid());
    test.run(Duration.ofSeconds(3));

    old.acknowledge();
    test.settle();
    assertThat(test.consumer.committedOffset(P0)).isZero();
    test.append(P0, "new").settle();
    assertThat(test.backend.last().payloads).containsExactly("new");
    test.backend.last().acknowledge();
    test.settle();
    assertThat(test.consumer.committedOffset(P0)).isEqualTo(1);
  }

  @Test
  void aTopicThatStaysIsNotReadAgain() {
    test.topicIds.put(P0.topic(), Uuid.randomUuid());
    test.start(P0).append(P0, "a").run(Duration.ofSeconds(10));
    assertThat(test.backend.requests).hasSize(1);
    assertThat(test.log.get(P0)).hasSize(1);
  }

  @Test
  void recordsThatWaitForThePastOfATopicThatIsMadeAgainAreSent() {
    history();
    test.topicIds.put(D0.topic(), Uuid.randomUuid());
    test.start(D0).step();
    test.pastFailure = new TimeoutException("no broker");
    test.run(Duration.ofSeconds(3));
    test.topicIds.put(D0.topic(), Uuid.randomUuid());
    test.run(Duration.ofSeconds(3));
    assertThat(test.backend.last().payloads).containsExactly("new");
    assertThat(test.pastReaders).isNotEmpty().allMatch(TestConsumer::closed);
  }
}
