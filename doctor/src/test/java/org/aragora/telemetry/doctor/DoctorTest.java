package org.aragora.telemetry.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.doctor.checks.Check;
import org.aragora.telemetry.doctor.checks.Finding;
import org.aragora.telemetry.doctor.checks.Verdict;
import org.aragora.telemetry.doctor.stack.ProcessorLogin;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** All lines at once, if nothing answers. */
class DoctorTest {
  private static final List<String> ADDRESSES =
      List.of(
          "METRICS_URL",
          "PROMETHEUS_URL",
          "ALERTMANAGER_URL",
          "LOKI_URL",
          "JAEGER_URL",
          "GRAFANA_URL",
          "KAFKA_BOOTSTRAP_SERVERS");

  @Test
  void everyLineSaysWhoIsNotThere() throws Exception {
    List<Doctor.Result> results = examine(all("localhost:1"));

    assertThat(results).hasSize(16);
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.finding().verdict()).isEqualTo(result.check().whenAway());
              assertThat(result.finding().seen()).contains("does not answer at");
              assertThat(result.finding().remedy()).isNotEmpty();
            });
  }

  @Test
  void everyLineGivesUpOnWhoNeverAnswers() throws Exception {
    try (Stand silent = Stand.start().silent()) {
      long start = System.nanoTime();
      List<Doctor.Result> results = examine(all(silent.url().replace("http://", "")));

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
      assertThat(results)
          .allSatisfy(
              result -> {
                assertThat(result.finding().verdict()).isEqualTo(result.check().whenAway());
                assertThat(result.finding().seen()).containsIgnoringCase("answer");
              });
    }
  }

  @Test
  void everyLineRefusesWhoIsSomethingElse() throws Exception {
    try (Stand other = Stand.start()) {
      List<Doctor.Result> results = examine(all(other.url().replace("http://", "")));

      assertThat(results)
          .allSatisfy(
              result ->
                  assertThat(result.finding().verdict())
                      .as(result.check().line())
                      .isNotEqualTo(Verdict.PASS));
    }
  }

  @Test
  void exitCodeSaysTheWorst() {
    assertThat(report(Verdict.PASS, Verdict.PASS).exitCode()).isZero();
    assertThat(report(Verdict.PASS, Verdict.CANNOT_TELL).exitCode()).isEqualTo(3);
    assertThat(report(Verdict.CANNOT_TELL, Verdict.FAIL, Verdict.PASS).exitCode()).isEqualTo(1);
  }

  @Test
  void reportShowsWhatWasSeenAndWhatToDo() {
    Report report = report(Verdict.PASS, Verdict.FAIL);

    assertThat(report.text())
        .isEqualTo(
            """
            Metrics
              pass         line 0
                           seen 0
                           → do 0
              FAIL         line 1
                           seen 1
                           → do 1
            1 pass, 1 fail, 0 cannot tell
            """);
    assertThat(report.json())
        .contains("\"verdict\" : \"fail\"", "\"seen\" : \"seen 1\"", "\"cannot_tell\" : 0");
  }

  @Test
  void commandPrintsJsonAndItsExitCode() {
    StringWriter out = new StringWriter();
    CommandLine command = DoctorMain.commandLine(all("localhost:1")).setOut(new PrintWriter(out));

    assertThat(command.execute("--json", "--timeout", "2")).isEqualTo(1);
    assertThat(out.toString()).contains("\"line\" : \"Service map visible in Jaeger\"");
  }

  @Test
  void badSettingIsUsage() {
    StringWriter err = new StringWriter();
    Map<String, String> environment = new HashMap<>(all("localhost:1"));
    environment.put("LOKI_URL", "ftp://loki");
    CommandLine command = DoctorMain.commandLine(environment).setErr(new PrintWriter(err));

    assertThat(command.execute()).isEqualTo(2);
    assertThat(err.toString()).contains("LOKI_URL=ftp://loki is refused");
    assertThat(command.execute("--timeout", "0")).isEqualTo(2);
    assertThat(command.execute("--no-such-option")).isEqualTo(2);
  }

  private static List<Doctor.Result> examine(Map<String, String> environment) throws Exception {
    return Doctor.of(
            DoctorSettings.read(environment),
            new ProcessorLogin(),
            Duration.ofSeconds(4),
            null,
            Clock.systemUTC())
        .examine();
  }

  private static Map<String, String> all(String address) {
    Map<String, String> environment = new HashMap<>();
    ADDRESSES.forEach(variable -> environment.put(variable, address));
    return environment;
  }

  private static Report report(Verdict... verdicts) {
    List<Doctor.Result> results = new java.util.ArrayList<>();
    for (int i = 0; i < verdicts.length; i++) {
      Finding finding = new Finding(verdicts[i], "seen " + i, "do " + i);
      results.add(
          new Doctor.Result(
              new Check("Metrics", "line " + i, Verdict.FAIL, Duration.ZERO, () -> finding),
              finding));
    }
    return new Report(results);
  }
}
