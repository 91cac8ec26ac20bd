package org.aragora.telemetry.quickstart.aragora;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.Ports;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;

/**
 * {@code python -m aragora.server --offline} on loopback, with telemetry on. It ends with this JVM,
 * however this one ends. Ctrl-C does not reach it.
 */
final class AragoraServer implements AutoCloseable {

  /** Its instance id. */
  static final String INSTANCE = "aragora-1";

  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(5);
  private static final int LOG_LINES_SHOWN = 15;
  private static final int POLL_MS = 100;

  /** Sends SIGTERM to the server when standard input ends, and ends with its exit code. */
  private static final String UNTIL_INPUT_ENDS =
      """
      trap '' INT
      exec 3<&0
      "$@" </dev/null 3<&- &
      server=$!
      { read -r _ <&3; kill "$server"; } 2>/dev/null &
      watch=$!
      exec 3<&-
      wait "$server"
      code=$?
      kill "$watch" 2>/dev/null
      exit "$code"
      """;

  private final Process process;
  private final Path log;
  private final int port;

  private AragoraServer(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  /** Starts it and returns at once. It keeps its data and its log in a directory of its own. */
  static AragoraServer start(Path python, ServiceEnvironment services) {
    Path directory = services.directory().resolve("aragora");
    Path log = directory.resolve("server.log");
    int port = Ports.free();
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", UNTIL_INPUT_ENDS, "sh"));
    command.addAll(List.of(python.toString(), "-m", "aragora.server", "--offline"));
    command.addAll(List.of("--host", "127.0.0.1", "--http-port", Integer.toString(port)));
    command.addAll(List.of("--port", Integer.toString(Ports.free())));
    try {
      Files.createDirectories(directory);
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      // No key of the user's gets to it, and nothing of it to another machine.
      builder.environment().keySet().retainAll(List.of("PATH", "LANG", "LC_ALL", "TMPDIR", "TZ"));
      builder.environment().putAll(environment(directory, services));
      return new AragoraServer(builder.start(), log, port);
    } catch (IOException e) {
      throw new UncheckedIOException("The Aragora server could not be started.", e);
    }
  }

  private static Map<String, String> environment(Path directory, ServiceEnvironment services) {
    return Map.ofEntries(
        Map.entry("HOME", directory.toString()),
        Map.entry("KAFKA_BOOTSTRAP_SERVERS", services.bootstrapServers()),
        Map.entry("ARAGORA_TELEMETRY_TOPIC_PREFIX", services.topicPrefix()),
        Map.entry("ARAGORA_TELEMETRY", "on"),
        Map.entry("ARAGORA_TELEMETRY_INSTANCE_ID", INSTANCE),
        Map.entry("ARAGORA_TELEMETRY_HEARTBEAT_SECONDS", "5"),
        Map.entry("ARAGORA_TELEMETRY_LOG_LEVEL", "INFO"),
        Map.entry("ARAGORA_DISABLE_ALL_RATE_LIMITS", "true"),
        Map.entry("ARAGORA_USE_DISTRIBUTED_RATE_LIMIT", "false"), // obeys the line above
        Map.entry("ARAGORA_CONTROL_PLANE_WS_PORT", Integer.toString(Ports.free())),
        Map.entry("ARAGORA_NOMIC_LOOP_WS_PORT", Integer.toString(Ports.free())),
        Map.entry("ARAGORA_CANVAS_WS_PORT", Integer.toString(Ports.free())),
        Map.entry("HTTP_PROXY", "http://127.0.0.1:9"),
        Map.entry("HTTPS_PROXY", "http://127.0.0.1:9"),
        Map.entry("ALL_PROXY", "http://127.0.0.1:9"),
        Map.entry("NO_PROXY", "127.0.0.1,localhost"));
  }

  /**
   * Waits until it answers.
   *
   * @return false if the run was stopped
   * @throws IllegalStateException with the end of its log if it does not answer in time
   */
  boolean awaitReady(Duration within, BooleanSupplier isStopped) throws InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    while (!isStopped.getAsBoolean()) {
      checkAlive();
      if (answers()) {
        return true;
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "The Aragora server does not answer after %d s; the end of its log:\n%s"
                .formatted(within.toSeconds(), endOfLog()));
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
    return false;
  }

  private boolean answers() throws InterruptedException {
    try {
      return LocalHttp.get(port, "/healthz", ANSWERS_WITHIN).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  void checkAlive() {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          "The Aragora server ended; the end of its log:\n" + endOfLog());
    }
  }

  int port() {
    return port;
  }

  /**
   * Ends it with SIGTERM.
   *
   * @return its exit code; negative if it did not end in time and was killed
   */
  int stop(Duration within) throws InterruptedException {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // it has ended
    }
    if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
      close();
      return -1;
    }
    return process.exitValue();
  }

  /** Ends it at once if it still runs. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
  }

  private String endOfLog() {
    try (Stream<String> lines = Files.lines(log)) {
      List<String> all = lines.toList();
      return all.stream()
          .skip(Math.max(0, all.size() - LOG_LINES_SHOWN))
          .collect(Collectors.joining("\n"));
    } catch (IOException | UncheckedIOException e) {
      return "(no log)";
    }
  }
}
