package org.aragora.telemetry.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The command as a user runs it: a process of its own, on free ports. */
final class QuickstartProcess {
  private final Process process;
  private final Path output;

  private QuickstartProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  static QuickstartProcess start(
      Path directory, Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    for (String property :
        List.of("aragora.telemetry.broker.lib", "aragora.telemetry.broker.jvm-options")) {
      if (System.getProperty(property) != null) {
        command.add("-D" + property + "=" + System.getProperty(property));
      }
    }
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), QuickstartMain.class.getName()));
    for (String port : List.of("--kafka-port", "--metrics-port")) {
      if (!List.of(arguments).contains(port)) {
        command.addAll(List.of(port, "0"));
      }
    }
    command.addAll(List.of(arguments));
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    return new QuickstartProcess(builder.start(), output);
  }

  /** Everything that it has printed. */
  String output() throws Exception {
    return Files.readString(output, StandardCharsets.UTF_8);
  }

  /** Waits for output that matches, and returns the first group. */
  String awaitOutput(String pattern) throws Exception {
    Matcher matcher = Pattern.compile(pattern).matcher(output());
    while (!matcher.find()) {
      assertThat(process.waitFor(200, TimeUnit.MILLISECONDS)).as(output()).isFalse();
      matcher = Pattern.compile(pattern).matcher(output());
    }
    return matcher.groupCount() == 0 ? "" : matcher.group(1);
  }

  /** Sends SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** Ends it and the processes that it started, if it has not ended. */
  void end() throws Exception {
    if (process.isAlive()) {
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
    }
  }

  /** Waits for its end, and returns its exit code. */
  int awaitEnd(Duration within) throws Exception {
    assertThat(process.waitFor(within.toSeconds(), TimeUnit.SECONDS)).as(output()).isTrue();
    return process.exitValue();
  }
}
