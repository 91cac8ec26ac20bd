package org.aragora.telemetry.processor.failure;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.TaskId;
import org.aragora.telemetry.counting.flow.BrokenInvariantException;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.aragora.telemetry.counting.value.IncompatibleMetricException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThreadFailuresTest {
  private long nanos;
  private OptionalLong committed = OptionalLong.of(7);
  private final Places places = new Places("aragora.");
  private final Places.Handler handler = new Places.Handler();
  private final ThreadFailures failures =
      new ThreadFailures(
          places,
          new ThreadFailures.Surroundings() {
            @Override
            public OptionalLong committed(String topic, int partition) {
              return committed;
            }

            @Override
            public boolean isCut(String topic) {
              return topic.equals("aragora.dead-letters");
            }

            @Override
            public String raise(String topic) {
              return "kafka-configs.sh " + topic;
            }
          },
          () -> nanos);

  ThreadFailuresTest() {
    handler.configure(places.settings());
  }

  @Test
  void aThreadIsReplacedThreeTimesForOneReasonThenCountingStopsWithItsPlace() {
    for (int i = 0; i < 3; i++) {
      assertThat(failures.handle(reading(42, new IllegalStateException("poison"))))
          .isEqualTo(REPLACE_THREAD);
      assertThat(failures.stopped()).isEmpty();
      assertThat(failures.last().orElseThrow())
          .isEqualTo(
              "a stream thread failed: aragora.requests partition 3 offset 42: IllegalStateException: poison");
    }
    assertThat(failures.handle(reading(42, new IllegalStateException("poison"))))
        .isEqualTo(SHUTDOWN_CLIENT);
    assertThat(failures.stopped().orElseThrow())
        .startsWith(
            "counting has stopped: aragora.requests partition 3 offset 42: IllegalStateException: poison; ")
        .contains("start again");
  }

  @Test
  void aPermissionThatTheBrokersDoNotNameIsNamed() {
    failures.handle(new StreamsException(new TopicAuthorizationException("Authorization failed.")));
    assertThat(failures.last()).hasValueSatisfying(it -> assertThat(it).contains("lacks Create"));
    failures.handle(
        new StreamsException(new TransactionalIdAuthorizationException("Authorization failed.")));
    assertThat(failures.last())
        .hasValueSatisfying(it -> assertThat(it).contains("lacks Write on transactional ids"));
    failures.handle(new StreamsException(new TopicAuthorizationException(Set.of("x"))));
    assertThat(failures.last()).hasValueSatisfying(it -> assertThat(it).contains("topics: [x]"));
  }

  @Test
  void aCommitBetweenBeginsTheCountAgain() {
    for (int i = 0; i < 20; i++) {
      committed = OptionalLong.of(i);
      assertThat(failures.handle(reading(42 + i, new IllegalStateException("poison"))))
          .isEqualTo(REPLACE_THREAD);
    }
  }

  @Test
  void anotherReasonOrALongTimeBeginsTheCountAgain() {
    for (int i = 0; i < 3; i++) {
      failures.handle(reading(42, new IllegalStateException("a")));
    }
    assertThat(failures.handle(reading(42, new IllegalArgumentException("b"))))
        .isEqualTo(REPLACE_THREAD);
    nanos += Duration.ofMinutes(11).toNanos();
    assertThat(failures.handle(reading(42, new IllegalStateException("a"))))
        .isEqualTo(REPLACE_THREAD);
  }

  @Test
  void aFailureWithoutAPlaceStopsToo() {
    for (int i = 0; i < 3; i++) {
      assertThat(failures.handle(new TransactionalIdAuthorizationException("no ACL")))
          .isEqualTo(REPLACE_THREAD);
    }
    assertThat(failures.handle(new TransactionalIdAuthorizationException("no ACL")))
        .isEqualTo(SHUTDOWN_CLIENT);
    assertThat(failures.stopped().orElseThrow()).contains("no ACL");
  }

  @Test
  void aCommitBetweenFailuresWithoutAPlaceBeginsTheCountAgain() {
    for (int i = 0; i < 20; i++) {
      failures.onCommit();
      assertThat(failures.handle(new InvalidTxnStateException("aborted by another")))
          .isEqualTo(REPLACE_THREAD);
    }
  }

  @Test
  void aBrokerThatDoesNotAnswerIsWaitedForWithoutLimit() {
    for (int i = 0; i < 50; i++) {
      assertThat(failures.handle(new StreamsException(new TimeoutException("no answer"))))
          .isEqualTo(REPLACE_THREAD);
    }
  }

  @Test
  void whatWouldGiveWrongNumbersStopsAtOnce() {
    for (Throwable cause :
        new Throwable[] {
          new BrokenInvariantException("offset 3 comes again"),
          new CorruptRecordException("7 bytes"),
          new IncompatibleMetricException("another shape"),
          new StackOverflowError("deep")
        }) {
      assertThat(new ThreadFailuresTest().failures.handle(new StreamsException(cause)))
          .isEqualTo(SHUTDOWN_CLIENT);
    }
    failures.handle(reading(9, new BrokenInvariantException("offset 9 comes again")));
    assertThat(failures.stopped().orElseThrow())
        .startsWith("counting has stopped: aragora.requests partition 3 offset 9: ")
        .contains("offset 9 comes again");
  }

  @Test
  void aRecordThatCannotBeWrittenStopsAtOnceWithTheCommandThatHelps() {
    assertThat(failures.handle(writing("aragora.metrics", "aragora.requests", 42)))
        .isEqualTo(SHUTDOWN_CLIENT);
    assertThat(failures.stopped().orElseThrow())
        .startsWith(
            "counting has stopped: aragora.requests partition 3 offset 42 (a record for topic aragora.metrics): ")
        .endsWith("kafka-configs.sh aragora.metrics");
  }

  @ParameterizedTest
  @ValueSource(strings = {"aragora.metrics", "app-ingest-requests-store-changelog"})
  void aWriteBetweenRecordsIsAtTheNextRecordThatIsNotCommitted(String sink) {
    failures.handle(writing(sink, null, -1));
    assertThat(failures.stopped().orElseThrow())
        .contains(
            "aragora.requests partition 3 from offset 7 on (a record for topic " + sink + ")");
  }

  @Test
  void aDeadLetterThatDoesNotFitIsCutWhenItIsTriedAgain() {
    assertThat(failures.handle(writing("aragora.dead-letters", "aragora.requests", 42)))
        .isEqualTo(REPLACE_THREAD);
  }

  @Test
  void kafkasResetToolIsNeverAdvised() {
    for (int i = 0; i < 4; i++) {
      failures.handle(
          new StreamsException(
              "Existing internal topic x has invalid partitions: Use 'org.apache.kafka.tools.StreamsResetter' tool"));
      assertThat(failures.last().orElseThrow()).doesNotContainIgnoringCase("resetter");
    }
    assertThat(failures.stopped().orElseThrow())
        .doesNotContainIgnoringCase("resetter")
        .contains("replay");
  }

  private Throwable reading(long offset, Exception failure) {
    handler.handleError(
        new At("aragora.requests", 3, offset, "count-requests"),
        new org.apache.kafka.streams.processor.api.Record<>(null, null, 0),
        failure);
    return new StreamsException("wrapped", failure);
  }

  private Throwable writing(String sink, String topic, long offset) {
    RecordTooLargeException failure = new RecordTooLargeException("too large");
    handler.handleError(
        new At(topic, topic == null ? -1 : 3, offset, "metrics-requests"),
        new ProducerRecord<>(sink, new byte[0]),
        failure);
    return new StreamsException("wrapped", failure);
  }

  private record At(String topic, int partition, long offset, String processorNodeId)
      implements ErrorHandlerContext {
    @Override
    public Headers headers() {
      return new RecordHeaders();
    }

    @Override
    public TaskId taskId() {
      return new TaskId(1, 3);
    }

    @Override
    public long timestamp() {
      return 0;
    }

    @Override
    public byte[] sourceRawKey() {
      return null;
    }

    @Override
    public byte[] sourceRawValue() {
      return null;
    }
  }
}
