package org.aragora.telemetry.replay;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Debian's Prometheus and promtool, as child processes. */
final class Prometheus implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final int port;

  private Prometheus(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static boolean isInstalled() {
    return Files.isExecutable(Path.of("/usr/bin/prometheus"))
        && Files.isExecutable(Path.of("/usr/bin/promtool"));
  }

  /** {@code promtool tsdb create-blocks-from openmetrics}. */
  static void createBlocks(Path openMetrics, Path data) throws Exception {
    Process promtool =
        new ProcessBuilder(
                "/usr/bin/promtool",
                "tsdb",
                "create-blocks-from",
                "openmetrics",
                openMetrics.toString(),
                data.toString())
            .redirectErrorStream(true)
            .redirectOutput(data.resolveSibling("promtool.log").toFile())
            .start();
    if (!promtool.waitFor(120, TimeUnit.SECONDS) || promtool.exitValue() != 0) {
      promtool.destroyForcibly();
      throw new IOException(Files.readString(data.resolveSibling("promtool.log")));
    }
  }

  /** Serves what lies in {@code data}, and scrapes {@code target} unless it is empty. */
  static Prometheus start(Path data, String target) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Path config = data.resolveSibling("prometheus.yml");
    Files.writeString(
        config,
        target.isEmpty()
            ? "global: {}\n"
            : """
              scrape_configs:
                - job_name: aragora-telemetry
                  scrape_interval: 1s
                  static_configs:
                    - targets: ['%s']
                      labels: {instance: aragora-telemetry}
              """
                .formatted(target));
    Process process =
        new ProcessBuilder(
                "/usr/bin/prometheus",
                "--config.file=" + config,
                "--storage.tsdb.path=" + data,
                "--storage.tsdb.retention.time=10y",
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(data.resolveSibling("prometheus.log").toFile())
            .start();
    Prometheus prometheus = new Prometheus(process, port);
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> prometheus.get("/-/ready").statusCode() == 200);
    return prometheus;
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Values of a query with one series, by their times in seconds, every {@code step} seconds. */
  TreeMap<Long, Double> range(String query, long from, long to, long step) throws Exception {
    String body =
        get("/api/v1/query_range?query=%s&start=%d&end=%d&step=%d"
                .formatted(URLEncoder.encode(query, StandardCharsets.UTF_8), from, to, step))
            .body();
    TreeMap<Long, Double> values = new TreeMap<>();
    Matcher sample = Pattern.compile("\\[(\\d+)(?:\\.\\d+)?,\"([^\"]+)\"]").matcher(body);
    while (sample.find()) {
      values.put(Long.parseLong(sample.group(1)), Double.parseDouble(sample.group(2)));
    }
    return values;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
