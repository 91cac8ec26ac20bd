package org.aragora.telemetry.processor.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.internals.CoordinatorKey;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;

/** Lag and idle time from the answers of a broker, without one. */
class OffsetWatchTest {
  private static final String GROUP = "g";
  private static final TopicPartition TOPIC_PARTITION = new TopicPartition("aragora.requests", 3);
  private static final InputPartition INPUT = new InputPartition(InputTopic.REQUESTS, 3);

  private long nanos = 1_000;
  private Long committed;
  private long stable;
  private long high;
  private long appendedByEachAnswer;
  private boolean needsAppendTimes;
  private final MockConsumer<byte[], byte[]> peeker = new MockConsumer<>("earliest");
  private final OffsetWatch watch =
      new OffsetWatch(
          admin(),
          peeker,
          new OffsetWatch.Inputs(GROUP, Map.of(TOPIC_PARTITION, INPUT)),
          () -> needsAppendTimes,
          () -> nanos);

  @Test
  void nothingIsReportedBeforeTheFirstAnswer() {
    assertThat(watch.lagRecords(INPUT)).isEmpty();
    assertThat(watch.unstableRecords(INPUT)).isEmpty();
    assertThat(watch.readToEndAtNanos(INPUT)).isEmpty();
    assertThat(watch.lastReadToEndNanos(INPUT)).isEmpty();
    assertThat(watch.idleNanos(INPUT, 0)).isEmpty();
    assertThat(watch.lastAnswerNanos()).isEmpty();
    assertThat(watch.appendedRecords()).isEmpty();
    assertThat(watch.isBehind()).isFalse();
  }

  @Test
  void appendedRecordsDoNotDependOnWhatIsReadAndCanBeRead() throws Exception {
    answers(10L, 10, 10);
    watch.refresh();
    assertThat(watch.appendedRecords()).hasValue(10);
    answers(10L, 14, 21);
    watch.refresh();
    assertThat(watch.appendedRecords()).hasValue(21);
    answers(21L, 21, 21);
    watch.refresh();
    assertThat(watch.appendedRecords()).hasValue(21);
    answers(null, 21, 21);
    watch.refresh();
    assertThat(watch.appendedRecords()).hasValue(21);
  }

  @Test
  void aPartitionIsReadToItsEndAtTheTimeOfTheQuestion() throws Exception {
    answers(10L, 10, 10);
    nanos = 5_000;
    watch.refresh();
    assertThat(watch.lagRecords(INPUT)).hasValue(0);
    assertThat(watch.readToEndAtNanos(INPUT)).hasValue(5_000);
    assertThat(watch.lastReadToEndNanos(INPUT)).hasValue(5_000);
    assertThat(watch.lastAnswerNanos()).hasValue(5_000);
    assertThat(watch.isBehind()).isFalse();
    assertThat(watch.committed()).isEqualTo(Map.of(INPUT, 10L));
  }

  @Test
  void aBacklogIsNeverReadToItsEnd() throws Exception {
    answers(10L, 10, 10);
    watch.refresh();
    nanos = 9_000;
    answers(10L, 15, 15);
    watch.refresh();
    assertThat(watch.lagRecords(INPUT)).hasValue(5);
    assertThat(watch.readToEndAtNanos(INPUT)).isEmpty();
    assertThat(watch.lastReadToEndNanos(INPUT)).as("the look before").hasValue(1_000);
    assertThat(watch.isBehind()).isTrue();
  }

  @Test
  void recordsBehindAnOpenTransactionAreLagThatCannotBeRead() throws Exception {
    answers(10L, 10, 17);
    watch.refresh();
    assertThat(watch.lagRecords(INPUT)).hasValue(7);
    assertThat(watch.unstableRecords(INPUT)).hasValue(7);
    assertThat(watch.readToEndAtNanos(INPUT)).isEmpty();
    assertThat(watch.isBehind()).as("there is nothing that the group could commit").isFalse();
  }

  @Test
  void recordsThatAreAppendedBetweenTwoAnswersAreNotHeldBack() throws Exception {
    answers(10L, 10, 10);
    appendedByEachAnswer = 3;
    for (int look = 0; look < 5; look++) {
      watch.refresh();
      assertThat(watch.unstableRecords(INPUT)).hasValue(0);
      assertThat(watch.heldBack(Duration.ZERO)).isEmpty();
    }
    high += 4; // a transaction
    watch.refresh();
    assertThat(watch.unstableRecords(INPUT)).hasValue(1);
  }

  @Test
  void aTransactionThatStaysOpenIsNamed() throws Exception {
    answers(10L, 12, 17);
    watch.refresh();
    nanos += Duration.ofSeconds(61).toNanos();
    answers(12L, 12, 19);
    watch.refresh();
    assertThat(watch.heldBack(Duration.ofSeconds(60)).orElseThrow())
        .startsWith("7 records of aragora.requests-3 cannot be read")
        .contains("at offset 12 has been open for 61 s");
    assertThat(watch.heldBack(Duration.ofSeconds(62))).isEmpty();
    answers(12L, 19, 19);
    watch.refresh();
    assertThat(watch.heldBack(Duration.ZERO)).isEmpty();
  }

  @Test
  void anotherTransactionBeginsAnotherTime() throws Exception {
    answers(10L, 12, 17);
    watch.refresh();
    nanos += Duration.ofSeconds(50).toNanos();
    answers(10L, 13, 17);
    watch.refresh();
    nanos += Duration.ofSeconds(50).toNanos();
    assertThat(watch.heldBack(Duration.ofSeconds(51))).isEmpty();
    assertThat(watch.heldBack(Duration.ofSeconds(49))).isPresent();
  }

  @Test
  void aGroupThatHasCommittedNothingReadsFromTheBeginning() throws Exception {
    answers(null, 4, 4);
    watch.refresh();
    assertThat(watch.lagRecords(INPUT)).hasValue(4);
    assertThat(watch.committed()).isEqualTo(Map.of(INPUT, 0L));
  }

  @Test
  void idleTimeIsThatBetweenTheFirstAndTheLastLookAtOnePosition() throws Exception {
    answers(10L, 10, 10);
    nanos = 1_000;
    watch.refresh();
    nanos = 4_000;
    watch.refresh();
    assertThat(watch.idleNanos(INPUT, 10)).hasValue(3_000);
    nanos = 9_000;
    assertThat(watch.idleNanos(INPUT, 10)).as("no look since").hasValue(3_000);
    answers(11L, 11, 11);
    watch.refresh();
    assertThat(watch.idleNanos(INPUT, 11)).hasValue(0);
  }

  @Test
  void theAgeOfTheNextRecordIsMeasuredAgainstTheNewestOne() throws Exception {
    needsAppendTimes = true;
    appendTimes(7_000, 9_500, 9_900); // the last may be a marker
    answers(0L, 3, 3);
    watch.refresh();
    nanos += Duration.ofSeconds(1).toNanos();
    assertThat(watch.unreadAgeMs(INPUT)).hasValue(1_000 + 9_500 - 7_000);
    long askedAtNanos = watch.lastAnswerNanos().orElseThrow();
    assertThat(watch.unreadAppendMs(INPUT, askedAtNanos)).hasValue(7_000);
    assertThat(watch.unreadAppendMs(INPUT, askedAtNanos + 1)).isEmpty();
  }

  @Test
  void theAgeOfWhatCannotBeReadIsTheTimeSinceItWasSeen() throws Exception {
    needsAppendTimes = true;
    answers(3L, 3, 5);
    watch.refresh();
    nanos += Duration.ofSeconds(2).toNanos();
    watch.refresh();
    nanos += Duration.ofSeconds(1).toNanos();
    assertThat(watch.unreadAgeMs(INPUT)).hasValue(3_000);
  }

  private void answers(Long group, long lastStable, long highWatermark) {
    committed = group;
    stable = lastStable;
    high = highWatermark;
  }

  /** Records, and a peeker that reads them at each poll for a new assignment. */
  private void appendTimes(long... ms) {
    for (int polls = 0; polls < 2; polls++) {
      peeker.schedulePollTask(
          () -> {
            peeker.updateEndOffsets(Map.of(TOPIC_PARTITION, (long) ms.length));
            for (long offset = peeker.position(TOPIC_PARTITION); offset < ms.length; offset++) {
              peeker.addRecord(
                  new ConsumerRecord<>(
                      TOPIC_PARTITION.topic(),
                      TOPIC_PARTITION.partition(),
                      offset,
                      ms[(int) offset],
                      TimestampType.LOG_APPEND_TIME,
                      0,
                      0,
                      null,
                      null,
                      new RecordHeaders(),
                      Optional.empty()));
            }
          });
    }
  }

  /** A client whose answers are the fields of this test. */
  private Admin admin() {
    return (Admin)
        Proxy.newProxyInstance(
            Admin.class.getClassLoader(),
            new Class<?>[] {Admin.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "listConsumerGroupOffsets" -> committed();
                  case "listOffsets" -> ends(arguments);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private ListConsumerGroupOffsetsResult committed() throws ReflectiveOperationException {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    offsets.put(TOPIC_PARTITION, committed == null ? null : new OffsetAndMetadata(committed));
    Constructor<ListConsumerGroupOffsetsResult> constructor =
        ListConsumerGroupOffsetsResult.class.getDeclaredConstructor(Map.class);
    constructor.setAccessible(true); // Kafka makes its results itself
    return constructor.newInstance(
        Map.of(CoordinatorKey.byGroupId(GROUP), KafkaFuture.completedFuture(offsets)));
  }

  @SuppressWarnings("unchecked")
  private ListOffsetsResult ends(Object[] arguments) {
    OffsetSpec spec = ((Map<TopicPartition, OffsetSpec>) arguments[0]).get(TOPIC_PARTITION);
    boolean commits =
        ((ListOffsetsOptions) arguments[1]).isolationLevel() == IsolationLevel.READ_COMMITTED;
    long offset = spec instanceof OffsetSpec.EarliestSpec ? 0 : commits ? stable : high;
    stable += appendedByEachAnswer;
    high += appendedByEachAnswer;
    return new ListOffsetsResult(
        Map.of(
            TOPIC_PARTITION,
            KafkaFuture.completedFuture(new ListOffsetsResultInfo(offset, 0, Optional.empty()))));
  }
}
