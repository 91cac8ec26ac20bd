package org.aragora.telemetry.processor.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.page.PageContent.Row;
import org.aragora.telemetry.processor.page.PageFigures.Gauges;
import org.aragora.telemetry.processor.page.PageFigures.Serving;
import org.aragora.telemetry.processor.page.PageFigures.Topic;
import org.aragora.telemetry.processor.page.PageFigures.Traffic;
import org.junit.jupiter.api.Test;

class PageRowsTest {
  private static final Health GOOD = Health.good("ok");
  private static final Health BAD = Health.bad("bad");
  private static final Serving WHOLE = new Serving(List.of(0, 1), 2, Optional.of(true));

  @Test
  void verdictIsTheFirstSentenceThatHolds() {
    Topic good = topic(5, 0, OptionalDouble.of(1_767_323_045), 0.2);
    Topic behind = topic(5, 3, OptionalDouble.of(1_767_323_045), 31);
    Topic missing = topic(5, 3, OptionalDouble.of(1_767_323_045), 1);
    Topic takenOver = topic(5, 0, OptionalDouble.empty(), 1);
    Topic idle = topic(0, 0, OptionalDouble.empty(), 0);

    assertThat(verdict(GOOD, GOOD, WHOLE, good, idle))
        .isEqualTo("Complete until 2026-01-02T03:04:05Z, but for late events");
    assertThat(verdict(GOOD, GOOD, WHOLE, idle)).isEqualTo("Nothing counted yet");
    assertThat(verdict(GOOD, GOOD, WHOLE, good, takenOver)).isEqualTo("Just taken over");
    assertThat(verdict(GOOD, GOOD, WHOLE, good, missing)).isEqualTo("3 events missing");
    assertThat(verdict(GOOD, GOOD, WHOLE, missing, behind)).isEqualTo("Behind by 31.0 s");
    assertThat(verdict(GOOD, GOOD, new Serving(List.of(1), 2, Optional.of(true)), behind))
        .isEqualTo("A part: 1 of 2 partitions");
    assertThat(verdict(GOOD, GOOD, new Serving(List.of(0, 1), 2, Optional.of(false)), behind))
        .isEqualTo("The ledger does not balance");
    assertThat(verdict(GOOD, BAD, WHOLE, good)).isEqualTo("Not ready");
    assertThat(verdict(BAD, BAD, WHOLE, good)).isEqualTo("Stopped");
  }

  @Test
  void sixFiguresAreThere() {
    assertThat(rows(GOOD, GOOD, WHOLE))
        .contains(
            new Row("Requests", "200"),
            new Row("Requests answered with 5xx", "1 (0.50 % of all)"),
            new Row("P99 latency of all requests", "0.980 s"),
            new Row("Active debates", "2"),
            new Row("WebSocket connections", "3"),
            new Row("Agent calls", "1,234"),
            new Row("Partitions served", "2 of 2"));
  }

  private static String verdict(Health live, Health ready, Serving serving, Topic... topics) {
    Row first = rows(live, ready, serving, topics).get(0);
    assertThat(first.name()).isEqualTo("Verdict");
    return first.value();
  }

  private static List<Row> rows(Health live, Health ready, Serving serving, Topic... topics) {
    return PageRows.of(
        new PageFigures(
            1,
            new PageFigures.Service(
                new ProcessorPage.Identity("1", "r", "a", "p.", ""), 0, "RUNNING", live, ready),
            serving,
            new Traffic(
                OptionalDouble.of(200),
                OptionalDouble.of(1),
                List.of(),
                List.of(0.5, 1.0, Double.POSITIVE_INFINITY),
                List.of(150.0, 200.0, 200.0),
                new Gauges(
                    OptionalDouble.of(2),
                    OptionalDouble.of(3),
                    OptionalDouble.of(1234),
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty())),
            List.of(topics),
            OptionalLong.empty()),
        List.of());
  }

  private static Topic topic(
      double counted, double missing, OptionalDouble completeUntil, double lagSeconds) {
    return new Topic(
        "t",
        counted,
        0,
        0,
        0,
        missing,
        completeUntil,
        OptionalDouble.of(lagSeconds),
        OptionalDouble.of(0),
        OptionalDouble.of(0));
  }
}
