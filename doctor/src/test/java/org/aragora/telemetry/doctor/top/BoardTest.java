package org.aragora.telemetry.doctor.top;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.aragora.telemetry.doctor.top.figures.DeadLetters;
import org.aragora.telemetry.doctor.top.figures.History;
import org.aragora.telemetry.doctor.top.figures.Snapshot;
import org.aragora.telemetry.doctor.top.screen.Line;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoardTest {
  private static final DeadLetters LETTERS =
      new DeadLetters(
          "",
          List.of(
              new DeadLetters.DeadLetter(
                  1764244801000L,
                  "aragora.requests",
                  "3@1234",
                  "invalid_field",
                  "Field status must be an integer from 100 to 599")));

  @ParameterizedTest
  @ValueSource(ints = {40, 80, 200})
  void everyWidthIsKeptAndTheVerdictIsFirst(int width) {
    List<String> lines = lines(Samples.snapshot(), LETTERS, width);

    assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
    assertThat(lines.get(0)).startsWith("Complete until 2025-11-27T11:55:00Z");
    assertThat(String.join("\n", lines))
        .contains("Requests", width < 50 ? "1235k in total" : "1,234,567 in total")
        .contains("Active debates", "P99 latency", "12 in total")
        .contains("counted", "agent-calls", "all 4 partitions", "invalid_field");
  }

  @Test
  void aWideTerminalShowsExactFigures() {
    assertThat(String.join("\n", lines(Samples.snapshot(), LETTERS, 200)))
        .containsPattern("aragora.debates +1,000 +990 +7 +3 +1 +0 +4 +250 ms +2025-11-27T11:55:02Z")
        .containsPattern("aragora.agent-calls +123,456,789,012 +123,456,789,000 +12 +0 ")
        .contains("2025-11-27T12:00:01Z invalid_field aragora.requests 3@1234 Field status must");
  }

  @Test
  void aNarrowOneRoundsAndThenLeavesOutColumns() {
    assertThat(String.join("\n", lines(Samples.snapshot(), LETTERS, 80)))
        .containsPattern("agent-calls +123G +123G +12 ")
        .doesNotContain("complete until");
    assertThat(String.join("\n", lines(Samples.snapshot(), LETTERS, 40)))
        .containsPattern("agent-calls +123G +123G +0")
        .doesNotContain("duplicate");
  }

  @ParameterizedTest
  @ValueSource(ints = {80, 200})
  void exportersAreShownWithRateLagAndHealth(int width) {
    List<String> lines =
        Board.lines(
                new Board.View(
                    "http://localhost:9090",
                    Samples.snapshot(),
                    rates(Map.of("http://span-exporter:9464", 18.0)),
                    LETTERS,
                    Verdict.of(Samples.snapshot(), false),
                    ""),
                width)
            .stream()
            .map(line -> line.render(width, false))
            .toList();

    assertThat(lines).allMatch(line -> line.length() <= width);
    assertThat(String.join("\n", lines))
        .containsPattern("exporter +sends +rate +sent +lag +waiting +dead +health")
        .containsPattern("span-exporter:9464 +spans +18.0/s +1235k +400 ms +12 +0 +ready\n")
        .containsPattern("log-exporter:9465 +lines +- +99 +61.0 s +4,567 +3 +not ready\n")
        .containsPattern("other:9464 +- +- +- +- +- +- +no figures\n")
        .contains("log-exporter:9465: not ready: Loki at http://loki:3100 answers with status 500.")
        .contains("other:9464: does not answer")
        .contains("written 21.0/s", "read 20.0/s");
  }

  @Test
  void inLittleWidthRateAndHealthOfExportersStay() {
    assertThat(lines(Samples.snapshot(), LETTERS, 40))
        .anySatisfy(line -> assertThat(line).matches("exporter +rate +(lag +)?health"))
        .anySatisfy(line -> assertThat(line).matches("log-exporter:9465 +- .*not ready"));
  }

  @Test
  void withoutAddressesOfExportersNothingIsShown() {
    ObjectNode answer = Samples.answer();
    answer.remove("exporters");
    assertThat(String.join("\n", lines(Snapshot.of(answer), LETTERS, 80)))
        .doesNotContain("exporter");
  }

  private static History.Rates rates(Map<String, Double> exporters) {
    OptionalDouble none = OptionalDouble.empty();
    return new History.Rates(
        none, none, none, none, OptionalDouble.of(21), OptionalDouble.of(20), exporters);
  }

  @Test
  void hostileLabelsReachNoTerminal() {
    String hostile = "\u001b]0;owned\u0007\u009b2J\r\n\u202e日本語🦜" + "x".repeat(5_000);
    ObjectNode answer = Samples.answer();
    ((ObjectNode) answer.path("service"))
        .put("version", hostile)
        .put("applicationId", hostile)
        .put("state", hostile)
        .put("address", hostile);
    ((ObjectNode) answer.path("service").path("ready")).put("ok", false).put("cause", hostile);
    ((ObjectNode) answer.path("topics").path(0)).put("name", hostile);
    answer.withArray("peers").addObject().put("address", hostile).putNull("figures");
    for (JsonNode exporter : answer.path("exporters")) {
      ((ObjectNode) exporter).put("address", hostile).put("problem", hostile);
    }
    ObjectNode logs = (ObjectNode) answer.path("exporters").path(1).path("figures");
    logs.put("exporter", hostile);
    ((ObjectNode) logs.path("ready")).put("cause", hostile);
    DeadLetters letters =
        new DeadLetters(
            "", List.of(new DeadLetters.DeadLetter(0, hostile, hostile, hostile, hostile)));

    for (int width : new int[] {1, 40, 80, 200}) {
      for (Line line : board(Snapshot.of(answer), letters, width)) {
        assertThat(line.render(width, false).codePoints()).noneMatch(Character::isISOControl);
        assertThat(line.render(width, true).replaceAll("\u001b\\[[0-9;]*m", "").codePoints())
            .noneMatch(Character::isISOControl);
      }
    }
  }

  @Test
  void verdictsAreThoseOfThePage() {
    assertThat(verdict("live", false)).isEqualTo("Stopped");
    assertThat(verdict("ready", false)).isEqualTo("Starting");
    assertThat(Verdict.of(ready(false), true).words()).isEqualTo("Not ready");
    assertThat(serving("ledgersBalance")).isEqualTo("The ledger does not balance");
    assertThat(serving("all")).isEqualTo("A part: 4 of 5 partitions");
    assertThat(topic("lagSeconds", 31.0)).isEqualTo("Behind by 31.0 s");
    assertThat(topic("missing", 2.0)).isEqualTo("2 events missing");
    assertThat(topic("completeUntilSeconds", null)).isEqualTo("Just taken over");
  }

  @Test
  void partitionsAreRanges() {
    assertThat(Board.ranges(Set.of(0, 1, 2, 5, 7, 8))).isEqualTo("0-2, 5, 7-8");
    assertThat(Board.ranges(Set.of(3))).isEqualTo("3");
    assertThat(Board.ranges(IntStream.range(0, 12).boxed().toList())).isEqualTo("0-11");
  }

  @Test
  void theReasonAndTheRunbookAreShownIfItIsNotReady() {
    ObjectNode answer = Samples.answer();
    ((ObjectNode) answer.path("service").path("ready"))
        .put("ok", false)
        .put("cause", "The broker at kafka:9092 does not answer.");

    assertThat(lines(Snapshot.of(answer), LETTERS, 80))
        .contains("The broker at kafka:9092 does not answer.")
        .anyMatch(line -> line.contains("TelemetryNothingComplete"));
  }

  private static String verdict(String health, boolean ok) {
    ObjectNode answer = Samples.answer();
    ((ObjectNode) answer.path("service").path(health)).put("ok", ok);
    return Verdict.of(Snapshot.of(answer), false).words();
  }

  private static Snapshot ready(boolean ok) {
    ObjectNode answer = Samples.answer();
    ((ObjectNode) answer.path("service").path("ready")).put("ok", ok);
    return Snapshot.of(answer);
  }

  private static String serving(String field) {
    ObjectNode answer = Samples.answer();
    ObjectNode serving = (ObjectNode) answer.path("serving");
    if (field.equals("all")) {
      serving.put(field, 5);
    } else {
      serving.put(field, false);
    }
    return Verdict.of(Snapshot.of(answer), false).words();
  }

  private static String topic(String figure, @Nullable Double value) {
    ObjectNode answer = Samples.answer();
    ((ObjectNode) answer.path("topics").path(0)).put(figure, value);
    return Verdict.of(Snapshot.of(answer), false).words();
  }

  private static List<Line> board(Snapshot now, DeadLetters letters, int width) {
    return Board.lines(
        new Board.View(
            "http://localhost:9090",
            now,
            History.Rates.UNKNOWN,
            letters,
            Verdict.of(now, false),
            ""),
        width);
  }

  private static List<String> lines(Snapshot now, DeadLetters letters, int width) {
    return board(now, letters, width).stream().map(line -> line.render(width, false)).toList();
  }
}
