package org.aragora.telemetry.counting.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.aragora.telemetry.counting.flow.DebateChange;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.junit.jupiter.api.Test;

class DebatesTest {
  private static final long DAY_MS = 86_400_000;
  private static final long TIMEOUT_MS = 900_000;
  private static final long MARGIN_MS = 60_000;

  private KeyValueStore<Bytes, byte[]> store = MemoryStores.empty();
  private Debates debates = new Debates(store);

  @Test
  void theFirstStartOpensADebateAndTheSecondChangesNothing() {
    assertThat(debates.start("d", debate("security", 0)))
        .isEqualTo(new DebateChange.Started("security"));
    assertThat(debates.start("d", debate("legal", 1))).isNull();
    assertThat(debates.end(end("d", null), 2)).isEqualTo(ended("d", null, "security", true));
  }

  @Test
  void theFirstEndEndsADebateAndTheSecondChangesNothing() {
    debates.start("d", debate(null, 0));
    assertThat(debates.end(end("d", null), 1)).isEqualTo(ended("d", null, "general", true));
    assertThat(debates.end(end("d", "legal"), 2)).isNull();
  }

  @Test
  void anEndWithoutStartEndsADebateThatWasNotOpen() {
    assertThat(debates.end(end("d", "legal"), 1)).isEqualTo(ended("d", "legal", "legal", false));
  }

  @Test
  void aStartAfterTheEndChangesNothing() {
    debates.end(end("d", null), 1);
    assertThat(debates.start("d", debate(null, 2))).isNull();
    assertThat(debates.anyDeadlines()).isFalse();
  }

  @Test
  void theDomainIsTheEndsElseTheStartsElseGeneral() {
    assertThat(domain("legal", "security")).isEqualTo("security");
    assertThat(domain("legal", "")).isEqualTo("legal");
    assertThat(domain("legal", null)).isEqualTo("legal");
    assertThat(domain("", null)).isEqualTo("general");
    assertThat(domain(null, null)).isEqualTo("general");
    assertThat(debates.start("e", debate("", 0))).isEqualTo(new DebateChange.Started("general"));
  }

  @Test
  void anEndIsRememberedFor24HoursOfAppendTime() {
    debates.end(end("d", null), 1_000);
    debates.forgetBefore(1_000 + DAY_MS);
    assertThat(debates.end(end("d", null), 1_000 + DAY_MS)).isNull();
    debates.forgetBefore(1_001 + DAY_MS);
    assertThat(debates.end(end("d", null), 1_001 + DAY_MS)).isNotNull();
  }

  @Test
  void endsAreForgottenInTheSameOrderAfterARestart() {
    debates.end(end("z", null), 1_000);
    debates.end(end("a", null), 2_000);
    restart();
    debates.forgetBefore(1_001 + DAY_MS);
    assertThat(debates.end(end("a", null), 1_001 + DAY_MS)).isNull();
    assertThat(debates.end(end("z", null), 1_001 + DAY_MS)).isNotNull();
  }

  @Test
  void aDebateIsOverdueAMinuteAfterItsTimeout() {
    debates.start("d", debate(null, 5_000));
    long deadline = 5_000 + TIMEOUT_MS + MARGIN_MS;
    assertThat(debates.overdue(deadline - 1)).isEmpty();
    assertThat(debates.overdue(deadline))
        .extracting(Debates.Overdue::debateId)
        .containsExactly("d");
  }

  @Test
  void whatWasProposedIsNotOverdueAgainNotEvenAfterARestart() {
    debates.start("d", debate(null, 0));
    debates.start("e", debate(null, 1));
    debates.overdue(TIMEOUT_MS + MARGIN_MS).forEach(debates::proposed);
    assertThat(debates.overdue(TIMEOUT_MS + MARGIN_MS)).isEmpty();
    assertThat(debates.anyDeadlines()).isTrue();
    restart();
    assertThat(debates.overdue(Long.MAX_VALUE))
        .extracting(Debates.Overdue::debateId)
        .containsExactly("e");
    assertThat(debates.end(end("d", null), 3)).isEqualTo(ended("d", null, "general", true));
  }

  @Test
  void anEndedDebateIsNotOverdue() {
    debates.start("d", debate(null, 0));
    debates.end(end("d", null), 1);
    assertThat(debates.overdue(Long.MAX_VALUE)).isEmpty();
    restart();
    assertThat(debates.overdue(Long.MAX_VALUE)).isEmpty();
  }

  @Test
  void anOpenDebateIsReadBackAsItWasWritten() {
    OpenDebate full =
        new OpenDebate("s", -5, 7, 9, "dö", "00-trace", "span", new byte[] {1, 2}, true);
    assertThat(written(full)).usingRecursiveComparison().isEqualTo(full);
    OpenDebate bare = new OpenDebate("", 0, 0, 0, null, null, null, null, false);
    assertThat(written(bare)).usingRecursiveComparison().isEqualTo(bare);
  }

  private static OpenDebate written(OpenDebate debate) {
    BinaryWriter out = new BinaryWriter();
    debate.write(out);
    return OpenDebate.read(new BinaryReader(out.toBytes()));
  }

  private String domain(String start, String end) {
    debates = new Debates(MemoryStores.empty());
    debates.start("d", debate(start, 0));
    return ((DebateChange.Ended) debates.end(end("d", end), 1)).domain();
  }

  private static DebateChange.Ended ended(String id, String own, String domain, boolean wasOpen) {
    return new DebateChange.Ended(end(id, own), domain, wasOpen);
  }

  private static OpenDebate debate(String domain, long appendMs) {
    return new OpenDebate(
        "start-1", 0, appendMs, TIMEOUT_MS * 1_000_000, domain, null, null, null, false);
  }

  private static DebateCompleted end(String id, String domain) {
    return new DebateCompleted(id, DebateOutcome.CONSENSUS, 5, null, null, domain, null);
  }

  private void restart() {
    store = MemoryStores.copy(store);
    debates = new Debates(store);
  }
}
