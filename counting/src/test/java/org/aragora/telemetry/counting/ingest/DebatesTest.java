package org.aragora.telemetry.counting.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.aragora.telemetry.counting.flow.DebateChange;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.junit.jupiter.api.Test;

class DebatesTest {
  private static final int LIMIT = 3;
  private static final long DAY_MS = 86_400_000;
  private static final long TIMEOUT_MS = 900_000;
  private static final long MARGIN_MS = 60_000;

  private WriteBehind store = MemoryStores.behind();
  private long offset;
  private Debates debates = new Debates(store, LIMIT);

  @Test
  void theFirstStartOpensADebateAndTheSecondChangesNothing() {
    assertThat(debates.start(debate("d", "security", 0)))
        .isEqualTo(new DebateChange.Started("security"));
    assertThat(debates.start(debate("d", "legal", 1))).isNull();
    assertThat(debates.end(end("d", null), 2, ++offset))
        .isEqualTo(ended("d", null, "security", true));
  }

  @Test
  void theFirstEndEndsADebateAndTheSecondChangesNothing() {
    debates.start(debate("d", null, 0));
    assertThat(debates.end(end("d", null), 1, ++offset))
        .isEqualTo(ended("d", null, "general", true));
    assertThat(debates.end(end("d", "legal"), 2, ++offset)).isNull();
  }

  @Test
  void anEndWithoutStartEndsADebateThatWasNotOpen() {
    assertThat(debates.end(end("d", "legal"), 1, ++offset))
        .isEqualTo(ended("d", "legal", "legal", false));
  }

  @Test
  void aStartAfterTheEndChangesNothing() {
    debates.end(end("d", null), 1, ++offset);
    assertThat(debates.start(debate("d", null, 2))).isNull();
    assertThat(debates.anyDeadlines()).isFalse();
  }

  @Test
  void theDomainIsTheEndsElseTheStartsElseGeneral() {
    assertThat(domain("legal", "security")).isEqualTo("security");
    assertThat(domain("legal", "")).isEqualTo("legal");
    assertThat(domain("legal", null)).isEqualTo("legal");
    assertThat(domain("", null)).isEqualTo("general");
    assertThat(domain(null, null)).isEqualTo("general");
    assertThat(debates.start(debate("e", "", 0))).isEqualTo(new DebateChange.Started("general"));
  }

  @Test
  void anEndIsRememberedFor24HoursOfAppendTime() {
    debates.end(end("d", null), 1_000, ++offset);
    debates.forgetBefore(1_000 + DAY_MS);
    assertThat(debates.end(end("d", null), 1_000 + DAY_MS, ++offset)).isNull();
    debates.forgetBefore(1_001 + DAY_MS);
    assertThat(debates.end(end("d", null), 1_001 + DAY_MS, ++offset)).isNotNull();
  }

  @Test
  void endsAreForgottenInTheSameOrderAfterARestart() {
    debates.end(end("z", null), 1_000, ++offset);
    debates.end(end("a", null), 2_000, ++offset);
    restart();
    debates.forgetBefore(1_001 + DAY_MS);
    assertThat(debates.end(end("a", null), 1_001 + DAY_MS, ++offset)).isNull();
    assertThat(debates.end(end("z", null), 1_001 + DAY_MS, ++offset)).isNotNull();
  }

  @Test
  void aDebateIsOverdueAMinuteAfterItsTimeout() {
    debates.start(debate("d", null, 5_000));
    long deadline = 5_000 + TIMEOUT_MS + MARGIN_MS;
    assertThat(debates.overdue(deadline - 1)).isEmpty();
    assertThat(debates.overdue(deadline))
        .extracting(overdue -> overdue.debate().debateId())
        .containsExactly("d");
  }

  @Test
  void whatWasProposedIsNotOverdueAgainNotEvenAfterARestart() {
    debates.start(debate("d", null, 0));
    debates.start(debate("e", null, 1));
    debates.overdue(TIMEOUT_MS + MARGIN_MS).forEach(debates::proposed);
    assertThat(debates.overdue(TIMEOUT_MS + MARGIN_MS)).isEmpty();
    assertThat(debates.anyDeadlines()).isTrue();
    restart();
    assertThat(debates.overdue(Long.MAX_VALUE))
        .extracting(overdue -> overdue.debate().debateId())
        .containsExactly("e");
    assertThat(debates.end(end("d", null), 3, ++offset))
        .isEqualTo(ended("d", null, "general", true));
  }

  @Test
  void anEndedDebateIsNotOverdue() {
    debates.start(debate("d", null, 0));
    debates.end(end("d", null), 1, ++offset);
    assertThat(debates.overdue(Long.MAX_VALUE)).isEmpty();
    restart();
    assertThat(debates.overdue(Long.MAX_VALUE)).isEmpty();
  }

  @Test
  void anEndThatWasForgottenStaysForgottenAfterARestart() {
    debates.end(end("d", null), 1_000, ++offset);
    debates.forgetBefore(1_001 + DAY_MS);
    restart();
    assertThat(debates.end(end("d", null), 1_001 + DAY_MS, ++offset)).isNotNull();
    assertThat(MemoryStores.contents(store)).hasSize(1);
  }

  @Test
  void theOldestDebateEndsAsATimeoutWhenTooManyAreOpen() {
    for (String id : new String[] {"z", "b", "a"}) {
      debates.start(debate(id, "security", 1_000));
      assertThat(debates.endOverLimit(1_000, ++offset)).isNull();
    }
    debates.overdue(Long.MAX_VALUE).forEach(debates::proposed);
    restart();
    debates.start(debate("c", null, 1_000));
    DebateChange.Ended oldest = debates.endOverLimit(1_000, offset);
    assertThat(oldest)
        .isEqualTo(
            new DebateChange.Ended(
                new DebateCompleted(
                    "z",
                    DebateOutcome.TIMEOUT,
                    TIMEOUT_MS * 1_000_000,
                    null,
                    null,
                    "security",
                    null),
                "security",
                true));
    assertThat(debates.endOverLimit(1_000, offset)).isNull();
    assertThat(debates.end(end("z", null), 1_000, ++offset)).as("its own end").isNull();
    assertThat(debates.start(debate("z", null, 1_000))).isNull();
  }

  @Test
  void theOldestEndIsForgottenWhenThereAreTooMany() {
    for (String id : new String[] {"z", "c", "b"}) {
      debates.end(end(id, null), 1_000, ++offset);
    }
    restart();
    debates.end(end("a", null), 1_000, ++offset);
    assertThat(MemoryStores.contents(store)).hasSize(LIMIT);
    restart();
    assertThat(debates.end(end("c", null), 1_000, ++offset)).isNull();
    assertThat(debates.end(end("z", null), 1_000, ++offset)).isNotNull();
  }

  @Test
  void whatLiesInTheFutureMovesToAClockThatWasSetBack() {
    debates.start(debate("d", null, 10 * DAY_MS));
    debates.end(end("e", null), 10 * DAY_MS, ++offset);
    debates.rebase(DAY_MS);
    for (int look = 0; look < 2; look++) {
      assertThat(debates.overdue(DAY_MS + TIMEOUT_MS + MARGIN_MS - 1)).isEmpty();
      assertThat(debates.overdue(DAY_MS + TIMEOUT_MS + MARGIN_MS)).hasSize(1);
      restart();
    }
    debates.forgetBefore(2 * DAY_MS + 1);
    assertThat(debates.end(end("e", null), 2 * DAY_MS + 1, ++offset)).isNotNull();
  }

  @Test
  void stateHasTheSameSizeWhateverTheLengthOfAnEndedId() {
    debates.end(end("x".repeat(1_000_000), null), 1_000, ++offset);
    MemoryStores.contents(store)
        .forEach((key, value) -> assertThat(key.length() + value.length()).isLessThan(100));
  }

  @Test
  void anOpenDebateIsReadBackAsItWasWritten() {
    OpenDebate full =
        new OpenDebate("d", 6, "s", -5, 7, 9, "dö", "00-trace", "span", new byte[] {1, 2}, true);
    assertThat(written(full)).usingRecursiveComparison().isEqualTo(full);
    OpenDebate bare = new OpenDebate("", 0, "", 0, 0, 0, null, null, null, null, false);
    assertThat(written(bare)).usingRecursiveComparison().isEqualTo(bare);
  }

  private static OpenDebate written(OpenDebate debate) {
    BinaryWriter out = new BinaryWriter();
    debate.write(out);
    return OpenDebate.read(new BinaryReader(out.toBytes()));
  }

  private String domain(String start, String end) {
    debates = new Debates(MemoryStores.behind(), LIMIT);
    debates.start(debate("d", start, 0));
    return debates.end(end("d", end), 1, ++offset).domain();
  }

  private static DebateChange.Ended ended(String id, String own, String domain, boolean wasOpen) {
    return new DebateChange.Ended(end(id, own), domain, wasOpen);
  }

  private OpenDebate debate(String id, String domain, long appendMs) {
    return new OpenDebate(
        id,
        ++offset,
        "start-1",
        0,
        appendMs,
        TIMEOUT_MS * 1_000_000,
        domain,
        null,
        null,
        null,
        false);
  }

  private static DebateCompleted end(String id, String domain) {
    return new DebateCompleted(id, DebateOutcome.CONSENSUS, 5, null, null, domain, null);
  }

  private void restart() {
    store = MemoryStores.copy(store);
    debates = new Debates(store, LIMIT);
  }
}
