package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a user runs it: a process of its own. */
class ITQuickstart {

  private static final String BROKER_LIB = "aragora.telemetry.broker.lib";

  private static final Pattern COUNTING = Pattern.compile("counted [1-9]");

  @TempDir private Path directory;

  @Test
  void everyEventOfAShortRunIsAccountedFor() throws Exception {
    Process quickstart = start("--duration", "8", "--rate", "300");

    assertThat(quickstart.waitFor(3, TimeUnit.MINUTES)).isTrue();
    assertThat(output()).contains("Every event is accounted for");
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

  private Process start(String... arguments) throws Exception {
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
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("output").toFile())
        .start();
  }

  private String output() throws Exception {
    return Files.readString(directory.resolve("output"), StandardCharsets.UTF_8);
  }
}
