package org.aragora.telemetry.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.aragora.telemetry.testbed.broker.ChildJvm;

/**
 * One processor: a process of its own on a port that stays. Used by one thread, scraped by others.
 */
final class ProcessorInstance {
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(30);
  private static final Duration READY_WITHIN = Duration.ofMinutes(3);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(2);
  private static final int LOOK_AGAIN_MS = 200;
  private static final int LOWEST_PORT = 20_000;
  private static final int PORTS = 12_000;

  private final int slot;
  private final int port;
  private final Path state;
  private final ChildJvm jvm;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(ANSWERS_WITHIN).build();
  private volatile boolean running;

  ProcessorInstance(int slot, ChaosSettings settings, String bootstrapServers) {
    this.slot = slot;
    this.port = freePort();
    this.state = settings.directory().resolve(settings.applicationId() + "-state-" + slot);
    Path log = settings.directory().resolve(settings.applicationId() + "-" + slot + ".log");
    this.jvm = program(settings.sabotage(), log);
    for (String name : System.getenv().keySet()) {
      if (name.startsWith("KAFKA_") || name.startsWith("ARAGORA_")) {
        jvm.environment(name, null);
      }
    }
    jvm.options("-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
        .environment("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers)
        .environment("METRICS_PORT", String.valueOf(port))
        .environment("LOG_LEVEL", "INFO")
        .environment("LOG_FORMAT", "text")
        .environment("LOG_OUTPUT", "stdout");
    set("METRICS_HOST", "127.0.0.1");
    set("TOPIC_PREFIX", settings.topicPrefix());
    set("APPLICATION_ID", settings.applicationId());
    set("STATE_DIR", state.toString());
    set("PARTITIONS", String.valueOf(ChaosSettings.PARTITIONS));
    set("COMMIT_INTERVAL_MS", String.valueOf(ChaosSettings.COMMIT_INTERVAL.toMillis()));
    set("SESSION_TIMEOUT_MS", String.valueOf(ChaosSettings.SESSION_TIMEOUT.toMillis()));
    set("TRANSACTION_TIMEOUT_MS", String.valueOf(ChaosSettings.TRANSACTION_TIMEOUT.toMillis()));
    set("BIRTH_SECONDS", String.valueOf(ChaosSettings.BIRTH.toSeconds()));
  }

  private static ChildJvm program(Sabotage sabotage, Path log) {
    return sabotage.isInProcessor()
        ? ChildJvm.of("org.aragora.telemetry.processor.SabotagedProcessor", log)
            .arguments(sabotage.label())
        : ChildJvm.of("org.aragora.telemetry.processor.ProcessorMain", log);
  }

  private void set(String name, String value) {
    jvm.environment("ARAGORA_TELEMETRY_" + name, value);
  }

  /**
   * Below the range from which systems take outgoing ports, so that it is free again after a kill.
   */
  private static int freePort() {
    Random random = new Random();
    while (true) {
      int port = LOWEST_PORT + random.nextInt(PORTS);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // taken; another one
      }
    }
  }

  int slot() {
    return slot;
  }

  int port() {
    return port;
  }

  /** Whether it was started and not stopped; a paused one runs. */
  boolean isRunning() {
    return running;
  }

  /** Whether it runs although nobody stopped it, or the reverse. */
  boolean isAsTold() {
    return running == jvm.isAlive();
  }

  void start() {
    jvm.start();
    running = true;
  }

  /** Sends SIGTERM; returns whether it ended by itself. */
  boolean stop() {
    running = false;
    return jvm.stop(STOPS_WITHIN);
  }

  void kill() {
    running = false;
    jvm.kill();
  }

  /** Deletes its state directory, while it is down. */
  void forgetState() {
    if (!Files.exists(state)) {
      return;
    }
    try (Stream<Path> files = Files.walk(state)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The state in " + state + " could not be deleted.", e);
    }
  }

  void pause() {
    jvm.pause();
  }

  void resume() {
    jvm.resume();
  }

  String endOfLog() {
    return jvm.endOfLog();
  }

  /** Waits until it says that it is ready. */
  boolean awaitReady() throws InterruptedException {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (System.nanoTime() < deadline && jvm.isAlive()) {
      try {
        if (get("/health/ready").statusCode() == 200) {
          return true;
        }
      } catch (IOException e) {
        // not there yet
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
    }
    return false;
  }

  /** What it serves. */
  String metrics() throws IOException, InterruptedException {
    HttpResponse<String> response = get("/metrics");
    if (response.statusCode() != 200) {
      throw new IOException("status " + response.statusCode());
    }
    return response.body();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(ANSWERS_WITHIN)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
