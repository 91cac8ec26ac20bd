package org.aragora.telemetry.chaos.access;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.Ports;

/** A program of the pipeline in a JVM of its own, run until it has done its work or is refused. */
final class Program {
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(5);
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(180);
  private static final long POLL_MS = 200;

  /** Time for which a service must work: some of what it reads, it reads every other second. */
  private static final long STEADY_NANOS = TimeUnit.SECONDS.toNanos(4);

  private final String main;
  private final List<String> arguments;
  private final Map<String, String> environment = new TreeMap<>();
  private final String input;

  /** End of a run: what was printed, and what health reported last. */
  record End(boolean done, String text) {}

  Program(String main, String input, String... arguments) {
    this.main = "org.aragora.telemetry." + main;
    this.input = input;
    this.arguments = List.of(arguments);
  }

  Program with(Map<String, String> variables) {
    environment.putAll(variables);
    return this;
  }

  private Process start(Path log) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    return process;
  }

  /** Runs a command to its end. */
  End run(Path log) throws Exception {
    Process process = start(log);
    if (!process.waitFor(LONGEST_NANOS, TimeUnit.NANOSECONDS)) {
      process.destroyForcibly().waitFor();
      return new End(false, "not ended in time: " + Files.readString(log));
    }
    return new End(process.exitValue() == 0, Files.readString(log));
  }

  /** Runs a service until its page of metrics shows its work, or until it reports a refusal. */
  End serve(Path log, Predicate<String> working) throws Exception {
    int port = Ports.free();
    with(
        Map.of(
            "METRICS_PORT", String.valueOf(port), "ARAGORA_TELEMETRY_METRICS_HOST", "127.0.0.1"));
    Process process = start(log);
    String health = "";
    long worksSince = Long.MAX_VALUE;
    try {
      long deadline = System.nanoTime() + LONGEST_NANOS;
      while (System.nanoTime() < deadline && process.isAlive()) {
        try {
          HttpResponse<String> ready = LocalHttp.get(port, "/health/ready", ANSWERS_WITHIN);
          health = ready.body() + LocalHttp.get(port, "/health/live", ANSWERS_WITHIN).body();
          if (isRefusal(health)) {
            return new End(false, health + Files.readString(log));
          }
          boolean works =
              ready.statusCode() == 200
                  && working.test(LocalHttp.get(port, "/metrics", ANSWERS_WITHIN).body());
          if (!works) {
            worksSince = Long.MAX_VALUE;
          } else if (worksSince == Long.MAX_VALUE) {
            worksSince = System.nanoTime();
          } else if (System.nanoTime() - worksSince > STEADY_NANOS) {
            return new End(true, health + Files.readString(log));
          }
        } catch (IOException e) {
          // not up yet
        }
        process.waitFor(POLL_MS, TimeUnit.MILLISECONDS);
      }
      return new End(false, health + Files.readString(log));
    } finally {
      process.destroy();
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private static boolean isRefusal(String text) {
    return text.contains("uthoriz");
  }
}
