package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The processor as a process: signals and exit codes. */
@Tag("main-path")
class ITProcess {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @TempDir Path directory;

  @Test
  void sigtermStopsCleanlyWithinTenSecondsAndNothingIsLost() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      Process process = process(pipe.environment());
      for (int i = 0; i < 500; i++) {
        pipe.send("requests", null, null, TestEvents.request("r" + i, Instant.now(), 200));
      }
      int port = port();
      String requests = pipe.topic("requests");
      await()
          .atMost(Pipe.PATIENCE)
          .until(() -> MetricsPage.of(port).events(requests, "counted") > 0);
      for (int i = 0; i < 500; i++) {
        pipe.send("requests", null, null, TestEvents.request("s" + i, Instant.now(), 200));
      }
      process.destroy();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).as("stopped in time").isTrue();
      assertThat(process.exitValue()).isZero();
      pipe.start();
      await().atMost(Pipe.PATIENCE).until(() -> pipe.page().events(requests, "counted") == 1000);
    }
  }

  @Test
  void wrongSettingsEndItWithOneSentenceThatNamesTheKey() throws Exception {
    assertRefused("ARAGORA_TELEMETRY_BIRTH_SECONDS", "soon");
    assertRefused("ARAGORA_TELEMETRY_LATE_GRACE_SECOND", "300");
    assertRefused("KAFKA_ISOLATION_LEVEL", "read_uncommitted");
    assertRefused("METRICS_PORT", "http");
    assertRefused("LOG_LEVEL", "VERBOSE");
  }

  private void assertRefused(String key, String value) throws Exception {
    Process process = process(Map.of(key, value));
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(Files.readAllLines(directory.resolve("log")))
        .hasSize(1)
        .first()
        .asString()
        .contains(key);
  }

  private Process process(Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            ProcessorMain.class.getName());
    builder.environment().putAll(environment);
    builder.environment().put("LOG_FORMAT", "text");
    environment.forEach((name, value) -> builder.environment().put(name, value));
    return builder
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("log").toFile())
        .start();
  }

  /** The port in the log of the process. */
  private int port() {
    await().atMost(Pipe.PATIENCE).until(() -> log().contains("Serving /metrics on"));
    String rest = log().split("Serving /metrics on [^:]*:", 2)[1];
    return Integer.parseInt(rest.lines().findFirst().orElseThrow().strip());
  }

  private String log() {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException e) {
      return "";
    }
  }
}
