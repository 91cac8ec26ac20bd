package org.aragora.telemetry.testbed.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real Prometheus from the path, as a child process. Ends with this JVM. */
public final class PrometheusProcess implements AutoCloseable {
  private static final String PROGRAM = "prometheus";
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(20);
  private static final String PROMTOOL = "promtool";
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final int POLL_MS = 100;
  private static final int STOPS_WITHIN_SECONDS = 20;
  private static final int BLOCKS_WITHIN_SECONDS = 120;

  /** One series of a response: its labels with {@code __name__}, and its value. */
  public record Result(Map<String, String> labels, double value) {}

  private final Process process;
  private final int port;
  private final ObjectMapper json = new ObjectMapper();
  private final Thread hook;

  private PrometheusProcess(Process process, int port) {
    this.process = process;
    this.port = port;
    this.hook = new Thread(process::destroyForcibly, "prometheus-stop");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Returns true if {@code prometheus} and {@code promtool} are on the path. */
  public static boolean isInstalled() {
    return isOnPath(PROGRAM) && isOnPath(PROMTOOL);
  }

  private static boolean isOnPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /**
   * Starts it on a free port and waits until it is ready.
   *
   * @param directory for its configuration, its log and, in {@code data}, its blocks
   * @param config text of its configuration
   * @throws IOException if it does not get ready
   */
  public static PrometheusProcess start(Path directory, String config)
      throws IOException, InterruptedException {
    return start(directory, config, "exemplar-storage");
  }

  /**
   * Starts it with features of {@code --enable-feature}. With {@code native-histograms} it scrapes
   * protobuf.
   *
   * @throws IOException if it does not get ready
   */
  public static PrometheusProcess start(Path directory, String config, String features)
      throws IOException, InterruptedException {
    Path file = directory.resolve("prometheus.yml");
    Files.writeString(file, config);
    int port = Ports.free();
    ProcessBuilder builder =
        new ProcessBuilder(
                PROGRAM,
                "--config.file=" + file,
                "--storage.tsdb.path=" + directory.resolve("data"),
                "--storage.tsdb.retention.time=10y",
                "--enable-feature=" + features,
                "--web.listen-address=127.0.0.1:" + port,
                "--log.level=warn")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("prometheus.log").toFile());
    PrometheusProcess prometheus = new PrometheusProcess(builder.start(), port);
    if (!prometheus.awaitReady()) {
      prometheus.close();
      throw new IOException(
          "Prometheus does not get ready; its log is in " + directory + "/prometheus.log.");
    }
    return prometheus;
  }

  private boolean awaitReady() throws InterruptedException {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (process.isAlive() && System.nanoTime() < deadline) {
      try {
        if (LocalHttp.get(port, "/-/ready", ANSWERS_WITHIN).statusCode() == 200) {
          return true;
        }
      } catch (IOException e) {
        // not yet
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
    return false;
  }

  /** Makes blocks of a history: {@code promtool tsdb create-blocks-from openmetrics}. */
  public static void createBlocks(Path openMetrics, Path data)
      throws IOException, InterruptedException {
    Path log = data.resolveSibling("promtool.log");
    Process promtool =
        new ProcessBuilder(
                PROMTOOL,
                "tsdb",
                "create-blocks-from",
                "openmetrics",
                openMetrics.toString(),
                data.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!promtool.waitFor(BLOCKS_WITHIN_SECONDS, TimeUnit.SECONDS) || promtool.exitValue() != 0) {
      promtool.destroyForcibly();
      throw new IOException(Files.readString(log));
    }
  }

  /**
   * Evaluates an instant query.
   *
   * @throws IOException if Prometheus does not answer, or not with a vector
   */
  public List<Result> query(String expression, long atMs) throws IOException, InterruptedException {
    JsonNode answer =
        get(
            "query?time=%d.%03d&query=%s"
                .formatted(
                    atMs / 1000,
                    atMs % 1000,
                    URLEncoder.encode(expression, StandardCharsets.UTF_8)));
    List<Result> results = new ArrayList<>();
    for (JsonNode series : answer) {
      Map<String, String> labels = new HashMap<>();
      series
          .path("metric")
          .properties()
          .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
      results.add(new Result(labels, Double.parseDouble(series.path("value").path(1).asText())));
    }
    return results;
  }

  /**
   * Evaluates a query with one series over a range.
   *
   * @return values by time in seconds, every {@code step} seconds
   */
  public NavigableMap<Long, Double> range(String expression, long from, long to, long step)
      throws IOException, InterruptedException {
    JsonNode answer =
        get(
            "query_range?query=%s&start=%d&end=%d&step=%d"
                .formatted(URLEncoder.encode(expression, StandardCharsets.UTF_8), from, to, step));
    NavigableMap<Long, Double> values = new TreeMap<>();
    for (JsonNode sample : answer.path(0).path("values")) {
      values.put(sample.path(0).asLong(), Double.parseDouble(sample.path(1).asText()));
    }
    return values;
  }

  /**
   * Looks up the exemplars of a selector's series.
   *
   * @return the labels of each exemplar by {@code le} of its bucket
   */
  public Map<String, List<Map<String, String>>> exemplars(String selector, long fromMs, long toMs)
      throws IOException, InterruptedException {
    JsonNode answer =
        answer(
            "query_exemplars?query=%s&start=%d&end=%d"
                .formatted(
                    URLEncoder.encode(selector, StandardCharsets.UTF_8),
                    fromMs / 1000,
                    toMs / 1000 + 1));
    Map<String, List<Map<String, String>>> exemplars = new TreeMap<>();
    for (JsonNode series : answer) {
      List<Map<String, String>> ofBucket = new ArrayList<>();
      for (JsonNode exemplar : series.path("exemplars")) {
        Map<String, String> labels = new TreeMap<>();
        exemplar
            .path("labels")
            .properties()
            .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        ofBucket.add(labels);
      }
      exemplars.put(series.path("seriesLabels").path("le").asText(), ofBucket);
    }
    return exemplars;
  }

  private JsonNode get(String query) throws IOException, InterruptedException {
    return answer(query).path("result");
  }

  private JsonNode answer(String query) throws IOException, InterruptedException {
    HttpResponse<String> response = LocalHttp.get(port, "/api/v1/" + query, ANSWERS_WITHIN);
    JsonNode answer = json.readTree(response.body());
    if (response.statusCode() != 200) {
      throw new IOException(
          "Prometheus refuses %s: %s".formatted(query, answer.path("error").asText()));
    }
    return answer.path("data");
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOPS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
