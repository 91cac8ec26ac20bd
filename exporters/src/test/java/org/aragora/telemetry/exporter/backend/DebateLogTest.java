package org.aragora.telemetry.exporter.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.exporter.contract.TestEvents;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.text.Unicode;
import org.aragora.telemetry.testbed.events.AstralTexts;
import org.junit.jupiter.api.Test;

class DebateLogTest {

  private static final TopicPartition P = new TopicPartition("aragora.debates", 0);
  private static final long HOUR = Duration.ofHours(1).toMillis();

  private final DebateLog log = new DebateLog(Duration.ofHours(2));

  private void start(long at, String debateId, String task) {
    log.record(
        P,
        at,
        TestEvents.event("s", new DebateStarted(debateId, List.of(), null, task, null, null)));
  }

  private void end(long at, String debateId) {
    log.record(
        P,
        at,
        TestEvents.event(
            "e",
            new DebateCompleted(debateId, DebateOutcome.CONSENSUS, 1, null, null, null, null)));
  }

  @Test
  void startIsKnownWithinTheLookbackOnly() {
    start(0, "d", "task");

    assertThat(log.start(P, "d", 2 * HOUR)).isNotNull();
    assertThat(log.start(P, "d", 2 * HOUR + 1)).isNull();
    assertThat(log.start(new TopicPartition("aragora.debates", 1), "d", 0)).isNull();
  }

  @Test
  void debateEndsOnceWithinTheLookback() {
    assertThat(log.hasEnded(P, "d", 0)).isFalse();
    end(0, "d");
    assertThat(log.hasEnded(P, "d", HOUR)).isTrue();
    end(HOUR, "d");
    assertThat(log.hasEnded(P, "d", 3 * HOUR)).isTrue();
    assertThat(log.hasEnded(P, "d", 4 * HOUR)).isFalse();
  }

  @Test
  void answersAreThoseOfAProcessThatReadTheLookbackOnly() {
    DebateLog young = new DebateLog(Duration.ofHours(2));
    start(0, "d", "first");
    start(HOUR, "d", "second");
    young.record(
        P,
        HOUR,
        TestEvents.event("s", new DebateStarted("d", List.of(), null, "second", null, null)));

    assertThat(log.start(P, "d", 2 * HOUR)).isEqualTo(young.start(P, "d", 2 * HOUR));
    assertThat(log.start(P, "d", 3 * HOUR + 1)).isNull();
  }

  @Test
  void memoryIsBounded() {
    for (int i = 0; i < 30_000; i++) {
      start(i, "d" + i, "task");
    }

    assertThat(log.start(P, "d29999", 30_000)).isNotNull();
    assertThat(log.start(P, "d20001", 30_000)).isNotNull();
    assertThat(log.start(P, "d19000", 30_000)).isNull();
  }

  @Test
  void forgottenPartitionIsUnknown() {
    start(0, "d", "task");
    log.forget(P);
    assertThat(log.start(P, "d", 0)).isNull();
  }

  @Test
  void aStartIsCutBetweenCharacters() {
    for (String text : AstralTexts.around(2_000)) {
      DebateStart start =
          DebateStart.of(new DebateStarted("d", List.of(text), "law", text, null, null));
      assertThat(Unicode.isWellFormed(start.task())).isTrue();
      assertThat(start.task().codePoints().count()).isLessThanOrEqualTo(2_000);
      assertThat(start.agents()).hasSize(1).allMatch(Unicode::isWellFormed);
    }
    for (String text : AstralTexts.around(200)) {
      DebateStart start =
          DebateStart.of(new DebateStarted("d", List.of(text), "law", text, null, null));
      assertThat(start.agents()).hasSize(1).allMatch(Unicode::isWellFormed);
    }
  }
}
