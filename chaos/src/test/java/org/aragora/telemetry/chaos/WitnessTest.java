package org.aragora.telemetry.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.aragora.telemetry.chaos.Violations.Check;
import org.junit.jupiter.api.Test;

class WitnessTest {
  private static final long SECOND = 1_000_000_000L;

  private final Series.Table table = new Series.Table();
  private final Series requests = table.parse("aragora_requests_total{method=\"GET\"}");
  private final Violations violations = new Violations();
  private final Witness witness = new Witness(violations);

  @Test
  void counterOfAnotherInstanceThatIsLowerIsAStepDown() {
    sees(0, 1, 2, 10);
    sees(1, 3, 4, 9);

    assertThat(violations.count(Check.MONOTONIC)).isOne();
  }

  @Test
  void scrapesThatOverlapHaveNoOrder() {
    sees(0, 1, 4, 10);
    sees(1, 3, 5, 9);

    assertThat(violations.total()).isZero();
  }

  @Test
  void twoThatServeForLongAreNoticed() {
    for (long second = 0; second < 20; second++) {
      sees(0, second, second, 10);
      sees(1, second, second, 10);
    }

    assertThat(violations.count(Check.ONE_SERVER)).isPositive();
  }

  @Test
  void oneThatDoesNotAnswerServesNothing() {
    for (long second = 0; second < 20; second++) {
      sees(0, second, second, 10);
      if (second < 5) {
        sees(1, second, second, 10);
      } else {
        witness.missed(1);
      }
    }

    assertThat(violations.total()).isZero();
  }

  @Test
  void timeWithoutAnyServerIsKept() {
    sees(0, 1, 1, 10);
    sees(1, 8, 8, 10);

    assertThat(witness.aways()).containsExactly(new Witness.Away(SECOND, 7 * SECOND));
  }

  private void sees(int slot, long startSecond, long endSecond, double value) {
    witness.sees(
        new Scrape(slot, startSecond * SECOND, endSecond * SECOND, Map.of(requests, value), -1));
  }
}
