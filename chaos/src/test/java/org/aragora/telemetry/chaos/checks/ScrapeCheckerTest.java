package org.aragora.telemetry.chaos.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.aragora.telemetry.chaos.report.ChaosReport.Away;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.report.Violations.Check;
import org.junit.jupiter.api.Test;

class ScrapeCheckerTest {
  private static final long SECOND = 1_000_000_000L;

  private final ServedSeries.Table table = new ServedSeries.Table();
  private final ServedSeries requests = table.parse("aragora_requests_total{method=\"GET\"}");
  private final Violations violations = new Violations();
  private final ScrapeChecker checker = new ScrapeChecker(violations);

  @Test
  void counterOfAnotherInstanceThatIsLowerIsAStepDown() {
    scrape(0, 1, 2, 10);
    scrape(1, 3, 4, 9);

    assertThat(violations.count(Check.MONOTONIC)).isOne();
  }

  @Test
  void scrapesThatOverlapHaveNoOrder() {
    scrape(0, 1, 4, 10);
    scrape(1, 3, 5, 9);

    assertThat(violations.total()).isZero();
  }

  @Test
  void twoThatServeForLongAreFound() {
    for (long second = 0; second < 20; second++) {
      scrape(0, second, second, 10);
      scrape(1, second, second, 10);
    }

    assertThat(violations.count(Check.ONE_SERVER)).isPositive();
  }

  @Test
  void oneThatDoesNotAnswerServesNothing() {
    for (long second = 0; second < 20; second++) {
      scrape(0, second, second, 10);
      if (second < 5) {
        scrape(1, second, second, 10);
      } else {
        checker.missed(1);
      }
    }

    assertThat(violations.total()).isZero();
  }

  @Test
  void timeWithoutAnyServerIsKept() {
    scrape(0, 1, 1, 10);
    scrape(1, 8, 8, 10);

    assertThat(checker.aways()).containsExactly(new Away(SECOND, 7 * SECOND));
  }

  private void scrape(int slot, long startSecond, long endSecond, double value) {
    checker.record(
        new Scrape(slot, startSecond * SECOND, endSecond * SECOND, Map.of(requests, value), -1));
  }
}
