package org.aragora.telemetry.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A real Prometheus, as a child process. */
final class PrometheusServer implements AutoCloseable {
  private static final String PROGRAM = "prometheus";
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(20);
  private static final int PORT = 33_000;

  /** One series of an answer: its labels with {@code __name__}, and its value. */
  record Result(Map<String, String> labels, double value) {}

  private final Process process;
  private final int port;
  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();
  private final Thread hook;

  private PrometheusServer(Process process, int port) {
    this.process = process;
    this.port = port;
    this.hook = new Thread(process::destroyForcibly, "chaos-prometheus-stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Starts it; null where the program is not installed. */
  static @Nullable PrometheusServer start(Path directory, String config) throws IOException {
    if (!isInstalled()) {
      return null;
    }
    Path home = Files.createTempDirectory(directory, "prometheus-");
    Path file = home.resolve("prometheus.yml");
    Files.writeString(file, config);
    int port = PORT + (int) (ProcessHandle.current().pid() % 10_000) + home.hashCode() % 97;
    ProcessBuilder builder =
        new ProcessBuilder(
                PROGRAM,
                "--config.file=" + file,
                "--storage.tsdb.path=" + home.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port,
                "--log.level=warn")
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("prometheus.log").toFile());
    return new PrometheusServer(builder.start(), port);
  }

  private static boolean isInstalled() {
    String path = System.getenv("PATH");
    for (String directory : (path == null ? "" : path).split(":", -1)) {
      if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, PROGRAM))) {
        return true;
      }
    }
    return false;
  }

  /**
   * The answer of an instant query.
   *
   * @throws IOException where Prometheus does not answer, or not with a vector
   */
  List<Result> query(String expression, long atMs) throws IOException, InterruptedException {
    String time = "%d.%03d".formatted(atMs / 1000, atMs % 1000);
    URI uri =
        URI.create(
            "http://127.0.0.1:%d/api/v1/query?time=%s&query=%s"
                .formatted(port, time, URLEncoder.encode(expression, StandardCharsets.UTF_8)));
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(uri).timeout(ANSWERS_WITHIN).build(),
            HttpResponse.BodyHandlers.ofString());
    JsonNode answer = json.readTree(response.body());
    if (response.statusCode() != 200) {
      throw new IOException(
          "Prometheus refuses %s: %s".formatted(expression, answer.path("error").asText()));
    }
    List<Result> results = new ArrayList<>();
    for (JsonNode series : answer.path("data").path("result")) {
      Map<String, String> labels = new HashMap<>();
      series
          .path("metric")
          .properties()
          .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
      results.add(new Result(labels, Double.parseDouble(series.path("value").path(1).asText())));
    }
    return results;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
