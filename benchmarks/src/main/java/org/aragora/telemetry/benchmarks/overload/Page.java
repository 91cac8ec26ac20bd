package org.aragora.telemetry.benchmarks.overload;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Reads {@code /metrics} of a process. */
final class Page {
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(10);

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI uri;

  Page(int port) {
    this.uri = URI.create("http://127.0.0.1:" + port + "/metrics");
  }

  /** Value by name and labels as they are written; empty where the process does not answer. */
  Map<String, Double> read() throws InterruptedException {
    Map<String, Double> values = new HashMap<>();
    try {
      String text =
          http.send(
                  HttpRequest.newBuilder(uri).timeout(ANSWERS_WITHIN).build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      for (String line : text.split("\n", -1)) {
        int space = line.lastIndexOf(' ');
        if (space > 0 && line.charAt(0) != '#') {
          values.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
        }
      }
    } catch (IOException e) {
      values.clear();
    }
    return values;
  }

  static double sum(Map<String, Double> page, String prefix) {
    return page.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  static double highest(Map<String, Double> page, String prefix) {
    return page.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .mapToDouble(Map.Entry::getValue)
        .max()
        .orElse(Double.NaN);
  }
}
