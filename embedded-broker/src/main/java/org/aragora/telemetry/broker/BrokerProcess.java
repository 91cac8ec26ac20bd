package org.aragora.telemetry.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Node;
import org.jspecify.annotations.Nullable;

/** One broker as a child process: start, wait, stop, and what failure tests do to it. */
final class BrokerProcess {

  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(15);
  private static final int POLL_MS = 50;
  private static final int LOG_LINES_SHOWN = 15;

  private final ServerProperties.Node node;
  private final Path directory;
  private final Path log;
  private final List<String> command;

  private @Nullable Process process;

  /**
   * Prepares a broker.
   *
   * @param directory where its properties, its log and its data are kept
   * @param settings its server.properties, with {@code log.dirs} in {@code directory}
   */
  BrokerProcess(
      ServerProperties.Node node,
      Path directory,
      Map<String, String> settings,
      String clusterId,
      int heapMegabytes) {
    this.node = node;
    this.directory = directory;
    this.log = directory.resolve("broker.log");
    Path properties = directory.resolve("server.properties");
    write(properties, settings);
    this.command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xms" + Math.min(heapMegabytes, 256) + "m",
            "-Xmx" + heapMegabytes + "m",
            "-XX:+UseG1GC",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.awt.headless=true",
            "-Dlog4j2.configurationFile=classpath:org/aragora/telemetry/broker/broker-log4j2.properties",
            "-cp",
            BrokerLib.classPath(),
            "org.aragora.telemetry.broker.BrokerMain",
            properties.toString(),
            settings.getOrDefault("log.dirs", directory.toString()),
            clusterId);
  }

  int port() {
    return node.port();
  }

  Path log() {
    return log;
  }

  /** Starts it and returns at once. */
  void launch() {
    if (isAlive()) {
      throw new IllegalStateException("The broker on port " + node.port() + " is running.");
    }
    try {
      process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("The broker's JVM could not be started.", e);
    }
  }

  /** Waits until it answers clients as a member of its cluster. */
  void awaitReady() {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (!portIsOpen()) {
      pauseBeforeNextLook(deadline);
    }
    Map<String, Object> config =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, ServerProperties.HOST + ":" + node.port(),
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000);
    try (Admin admin = Admin.create(config)) {
      while (!isMember(admin)) {
        pauseBeforeNextLook(deadline);
      }
    }
  }

  /**
   * Stops it: SIGTERM, and SIGKILL where that is not heard in time. Does nothing when it is down.
   */
  void stop() {
    Process running = process;
    if (running == null) {
      return;
    }
    if (running.isAlive()) {
      signal(running, "CONT");
      running.destroy();
    }
    if (!ended(running, STOPS_WITHIN)) {
      kill();
    }
    process = null;
  }

  /** SIGKILL: nothing is flushed, nobody is told. */
  void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      ended(running, STOPS_WITHIN);
      process = null;
    }
  }

  /** SIGSTOP: it keeps its connections and answers nothing. */
  void pause() {
    signal(running(), "STOP");
  }

  /** SIGCONT. */
  void resume() {
    signal(running(), "CONT");
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  long pid() {
    return running().pid();
  }

  private Process running() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("The broker on port " + node.port() + " is not running.");
    }
    return running;
  }

  private boolean portIsOpen() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean isMember(Admin admin) {
    try {
      return admin.describeCluster().nodes().get().stream()
          .map(Node::id)
          .anyMatch(id -> id == node.id());
    } catch (ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a broker starts.", e);
    }
  }

  private void pauseBeforeNextLook(long deadline) {
    Process started = process;
    if (started == null || !started.isAlive()) {
      throw new IllegalStateException(
          "The broker on port "
              + node.port()
              + " ended while it started; the end of its log:\n"
              + endOfLog());
    }
    if (System.nanoTime() > deadline) {
      throw new IllegalStateException(
          "The broker on port "
              + node.port()
              + " did not answer within "
              + READY_WITHIN.toSeconds()
              + " s; the end of its log:\n"
              + endOfLog());
    }
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a broker starts.", e);
    }
  }

  private String endOfLog() {
    try {
      List<String> lines = Files.readAllLines(log);
      return lines.stream()
          .skip(Math.max(0, lines.size() - LOG_LINES_SHOWN))
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      return "(no log)";
    }
  }

  private static boolean ended(Process process, Duration within) {
    try {
      return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void signal(Process process, String name) {
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      ended(kill, STOPS_WITHIN);
    } catch (IOException e) {
      throw new UncheckedIOException("SIG" + name + " could not be sent.", e);
    }
  }

  private static void write(Path file, Map<String, String> settings) {
    String text =
        settings.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue().replace("\\", "\\\\") + "\n")
            .collect(Collectors.joining());
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The broker's settings could not be written to " + file, e);
    }
  }
}
