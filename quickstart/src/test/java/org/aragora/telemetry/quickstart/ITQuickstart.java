package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a user runs it: a process of its own. */
class ITQuickstart {

  private static final String BROKER_LIB = "aragora.telemetry.broker.lib";

  private static final Pattern COUNTING = Pattern.compile("counted [1-9]");

  /**
   * The same number four times, not zero: expected, sent, acknowledged, received; no dead letter.
   */
  private static final Pattern EXPORTED_SPANS =
      Pattern.compile("(?m)^spans +([1-9][0-9,]*) +\\1 +\\1 +\\1 +0$");

  private static final Pattern EXPORTED_LINES =
      Pattern.compile("(?m)^lines +([1-9][0-9,]*) +\\1 +\\1 +\\1 +0$");

  @TempDir private Path directory;

  @Test
  void everyEventOfAShortRunIsAccountedFor() throws Exception {
    Process quickstart = start("--duration", "8", "--rate", "300");

    assertThat(quickstart.waitFor(3, TimeUnit.MINUTES)).isTrue();
    assertThat(output())
        .contains("Every event is accounted for")
        .contains("Every span and every line that the events give was acknowledged and received.")
        .containsPattern(EXPORTED_SPANS)
        .containsPattern(EXPORTED_LINES);
    assertThat(quickstart.exitValue()).as(output()).isZero();
  }

  @Test
  void stoppedRunShowsItsAccountAndSucceeds() throws Exception {
    Process quickstart = start("--rate", "100");
    while (!COUNTING.matcher(output()).find()) {
      assertThat(quickstart.waitFor(200, TimeUnit.MILLISECONDS)).as(output()).isFalse();
    }

    quickstart.destroy(); // SIGTERM

    assertThat(quickstart.waitFor(30, TimeUnit.SECONDS)).as(output()).isTrue();
    assertThat(output()).contains("Every event is accounted for");
    assertThat(quickstart.exitValue()).isZero();
  }

  @Test
  void backendThatDoesNotAnswerIsSaidAndFails() throws Exception {
    Process quickstart = start(Map.of("LOKI_URL", "http://127.0.0.1:1"), "--rate", "100");
    while (!COUNTING.matcher(output()).find()) {
      assertThat(quickstart.waitFor(200, TimeUnit.MILLISECONDS)).as(output()).isFalse();
    }

    quickstart.destroy();

    assertThat(quickstart.waitFor(40, TimeUnit.SECONDS)).as(output()).isTrue();
    assertThat(output())
        .contains("Every event is accounted for")
        .containsPattern("(?m)^lines: [0-9,]+ records are not settled")
        .doesNotContain("spans: ");
    assertThat(quickstart.exitValue()).isEqualTo(1);
  }

  private Process start(String... arguments) throws Exception {
    return start(Map.of(), arguments);
  }

  private Process start(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    for (String property : List.of(BROKER_LIB, "aragora.telemetry.broker.jvm-options")) {
      command.add("-D" + property + "=" + System.getProperty(property));
    }
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), QuickstartMain.class.getName()));
    command.addAll(List.of("--kafka-port", "0", "--metrics-port", "0"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output").toFile());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private String output() throws Exception {
    return Files.readString(directory.resolve("output"), StandardCharsets.UTF_8);
  }
}
