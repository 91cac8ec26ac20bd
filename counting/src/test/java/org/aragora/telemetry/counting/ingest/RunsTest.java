package org.aragora.telemetry.counting.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.aragora.telemetry.counting.fixtures.MemoryStores;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.schemas.envelope.Event;
import org.junit.jupiter.api.Test;

class RunsTest {
  private static final long DAY_MS = 86_400_000;

  private static final int LIMIT = 3;

  private long offset;
  private WriteBehind store = MemoryStores.behind();
  private Ledger ledger = new Ledger();
  private Runs runs = new Runs(store, ledger, LIMIT);

  @Test
  void aNumberCountsOnce() {
    assertThat(count("a", 1, 0)).isTrue();
    assertThat(count("a", 2, 0)).isTrue();
    assertThat(count("a", 1, 0)).isFalse();
    assertThat(count("a", 2, 0)).isFalse();
    assertThat(ledger.missing().isZero()).isTrue();
  }

  @Test
  void sourcesAndEpochsAreApart() {
    assertThat(runs.count("/s", new Event.Sequence("e", 1), 0, ++offset)).isTrue();
    assertThat(runs.count("/t", new Event.Sequence("e", 1), 0, ++offset)).isTrue();
    assertThat(runs.count("/s", new Event.Sequence("f", 1), 0, ++offset)).isTrue();
    assertThat(runs.count("/s", new Event.Sequence("e", 1), 0, ++offset)).isFalse();
  }

  @Test
  void whatIsLeftOutIsMissingUntilItArrives() {
    count("a", 10, 0);
    assertThat(ledger.missing()).hasToString("9");
    assertThat(count("a", 5, 0)).isTrue();
    assertThat(count("a", 5, 0)).isFalse();
    assertThat(ledger.missing()).hasToString("8");
    for (long seq : new long[] {1, 2, 3, 4, 6, 7, 8, 9}) {
      assertThat(count("a", seq, 0)).isTrue();
    }
    assertThat(ledger.missing().isZero()).isTrue();
    assertThat(MemoryStores.contents(store)).hasSize(1);
  }

  @Test
  void theHighestPossibleNumberIsANumber() {
    assertThat(count("a", Long.MAX_VALUE, 0)).isTrue();
    assertThat(count("a", Long.MAX_VALUE, 0)).isFalse();
    assertThat(count("a", Long.MAX_VALUE - 1, 0)).isTrue();
    assertThat(ledger.missing()).hasToString(String.valueOf(Long.MAX_VALUE - 2));
  }

  @Test
  void aRunKeepsTenThousandGapsAndClosesTheOldest() {
    for (long seq = 2; seq <= 20_000; seq += 2) {
      count("a", seq, 0);
    }
    assertThat(ledger.gapsClosed()).isZero();
    assertThat(count("a", 1, 0)).isTrue();
    count("a", 20_002, 0);
    assertThat(ledger.gapsClosed()).isZero();
    count("a", 20_004, 0);
    assertThat(ledger.gapsClosed()).isEqualTo(1);
    assertThat(count("a", 3, 0)).as("in the gap that was closed").isFalse();
    assertThat(count("a", 5, 0)).as("in a gap that is open").isTrue();
    assertThat(ledger.missing()).as("what was given up has not been counted").hasToString("10000");
  }

  @Test
  void closedGapsStayClosedAfterARestart() {
    for (long seq = 2; seq <= 20_002; seq += 2) {
      count("a", seq, 0);
    }
    assertThat(ledger.gapsClosed()).isEqualTo(1);
    restart();
    assertThat(count("a", 1, 0)).isFalse();
    assertThat(count("a", 3, 0)).isTrue();
  }

  @Test
  void aRunIsKeptForSevenDaysAfterItsLastEvent() {
    count("a", 1, 0);
    count("a", 3, 0);
    runs.forgetBefore(7 * DAY_MS);
    assertThat(count("a", 1, 7 * DAY_MS)).isFalse();
    runs.forgetBefore(14 * DAY_MS);
    assertThat(count("a", 1, 14 * DAY_MS)).as("a duplicate is an event of the run too").isFalse();
  }

  @Test
  void afterThatItIsForgottenWithAllItsGaps() {
    count("a", 1, 0);
    count("a", 3, 0);
    count("b", 7, DAY_MS);
    assertThat(ledger.missing()).hasToString("7");
    runs.forgetBefore(7 * DAY_MS + 1);
    assertThat(ledger.missing()).hasToString("6");
    assertThat(MemoryStores.contents(store)).hasSize(2);
    assertThat(count("a", 1, 7 * DAY_MS + 1)).isTrue();
    assertThat(count("b", 7, 7 * DAY_MS + 1)).isFalse();
  }

  @Test
  void forgettingGoesOnInTheSameOrderAfterARestart() {
    count("z", 2, 0);
    count("a", 2, 1_000);
    restart();
    runs.forgetBefore(7 * DAY_MS + 1);
    assertThat(count("a", 2, 7 * DAY_MS + 1)).isFalse();
    assertThat(count("z", 2, 7 * DAY_MS + 1)).isTrue();
  }

  @Test
  void overTheLimitTheRunIdleLongestIsForgottenWithItsGaps() {
    count("z", 5, 1_000);
    count("b", 1, 1_000);
    count("a", 1, 1_000);
    count("z", 5, 1_000);
    restart();
    count("c", 1, 1_000);
    assertThat(ledger.runsForgotten()).isEqualTo(1);
    assertThat(count("z", 5, 1_000)).as("a duplicate is a sign of life").isFalse();
    count("d", 1, 1_000);
    assertThat(ledger.runsForgotten()).isEqualTo(2);
    assertThat(count("b", 1, 1_000)).as("forgotten").isTrue();
    assertThat(ledger.missing()).hasToString("4");
    count("e", 1, 1_000);
    count("f", 1, 1_000);
    assertThat(ledger.missing().isZero()).isTrue();
    assertThat(MemoryStores.contents(store)).hasSize(LIMIT);
  }

  @Test
  void runsInTheFutureMoveToAClockThatWasSetBack() {
    count("a", 1, 100 * DAY_MS);
    runs.rebase(DAY_MS);
    restart();
    runs.forgetBefore(8 * DAY_MS);
    assertThat(count("a", 1, 8 * DAY_MS)).isFalse();
    runs.rebase(DAY_MS);
    runs.forgetBefore(8 * DAY_MS + 1);
    assertThat(count("a", 1, 8 * DAY_MS + 1)).isTrue();
  }

  @Test
  void aRunTakesTheSameSizeWhateverItsNamesAre() {
    runs.count("s".repeat(1_000_000), new Event.Sequence("e".repeat(1_000), 2), 1_000, ++offset);
    MemoryStores.contents(store)
        .forEach((key, value) -> assertThat(key.length() + value.length()).isLessThan(120));
    assertThat(
            runs.count("s".repeat(1_000_000) + "e", new Event.Sequence("e".repeat(999), 2), 0, 9))
        .as("another run with the same characters")
        .isTrue();
  }

  @Test
  void anyOrderOfNumbersWithRestartsCountsEachOnce() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      store = MemoryStores.behind();
      ledger = new Ledger();
      runs = new Runs(store, ledger, LIMIT);
      Set<Long> counted = new HashSet<>();
      long highest = 0;
      for (int i = 0; i < 100; i++) {
        long seq = 1 + random.nextInt(60);
        assertThat(count("a", seq, i)).as("seed %d, step %d", seed, i).isEqualTo(counted.add(seq));
        highest = Math.max(highest, seq);
        assertThat(ledger.missing().toBigInteger().longValue())
            .as("seed %d, step %d", seed, i)
            .isEqualTo(highest - counted.size());
        if (random.nextInt(20) == 0) {
          restart();
        }
      }
    }
  }

  private boolean count(String source, long seq, long appendMs) {
    return runs.count(source, new Event.Sequence("e", seq), appendMs, ++offset);
  }

  private void restart() {
    store = MemoryStores.copy(store);
    runs = new Runs(store, ledger, LIMIT);
  }
}
