package org.aragora.telemetry.testbed.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Node;
import org.aragora.telemetry.testbed.service.ChildJvm;

/** One broker as a child process, and the wait until it is ready. */
final class BrokerProcess {

  private static final Duration READY_WITHIN = Duration.ofSeconds(180);
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(15);
  private static final int POLL_MS = 50;

  /**
   * System property with further options of a broker's JVM, apart by blanks. Tests set it to those
   * of a short life.
   */
  static final String JVM_OPTIONS = "aragora.telemetry.broker.jvm-options";

  private static final String LOG_SETTINGS =
      "org/aragora/telemetry/testbed/broker/broker-log4j2.properties";

  private final ServerProperties.Node node;
  private final ChildJvm jvm;
  private Map<String, String> clientSettings = Map.of();

  /**
   * Prepares a broker.
   *
   * @param directory of its properties, its log and its data
   * @param settings its server.properties, with {@code log.dirs} in {@code directory}
   */
  BrokerProcess(
      ServerProperties.Node node,
      Path directory,
      Map<String, String> settings,
      String clusterId,
      int heapMegabytes) {
    this.node = node;
    Path properties = directory.resolve("server.properties");
    write(properties, settings);
    this.jvm =
        ChildJvm.of(BrokerMain.class.getName(), directory.resolve("broker.log"))
            .classPath(BrokerLib.classPath())
            .options(
                "-Xms" + Math.min(heapMegabytes, 256) + "m",
                "-Xmx" + heapMegabytes + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.awt.headless=true",
                "-Dlog4j2.configurationFile=classpath:" + LOG_SETTINGS)
            .options(System.getProperty(JVM_OPTIONS, "-XX:+UseG1GC").split(" "))
            .arguments(
                properties.toString(),
                settings.getOrDefault("log.dirs", directory.toString()),
                clusterId);
  }

  /** Sets the settings of clients; nothing by default. */
  BrokerProcess clientSettings(Map<String, String> settings) {
    clientSettings = Map.copyOf(settings);
    return this;
  }

  int port() {
    return node.port();
  }

  ChildJvm jvm() {
    return jvm;
  }

  /** Stops it cleanly, or at once if it does not end in time. Does nothing if it is down. */
  void stop() {
    jvm.stop(STOPS_WITHIN);
  }

  /** Waits until it answers clients as a member of its cluster. */
  void awaitReady() {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (!portIsOpen()) {
      pauseBeforeNextTry(deadline);
    }
    Map<String, Object> config = new HashMap<>(clientSettings);
    config.put(
        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, ServerProperties.HOST + ":" + node.port());
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 5_000);
    try (Admin admin = Admin.create(config)) {
      while (!isMember(admin)) {
        pauseBeforeNextTry(deadline);
      }
    }
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

  private void pauseBeforeNextTry(long deadline) {
    if (!jvm.isAlive()) {
      throw new IllegalStateException(
          "The broker on port %d ended while it started; the end of its log:\n%s"
              .formatted(node.port(), jvm.endOfLog()));
    }
    if (System.nanoTime() > deadline) {
      throw new IllegalStateException(
          "The broker on port %d did not answer within %d s; the end of its log:\n%s"
              .formatted(node.port(), READY_WITHIN.toSeconds(), jvm.endOfLog()));
    }
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a broker starts.", e);
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
