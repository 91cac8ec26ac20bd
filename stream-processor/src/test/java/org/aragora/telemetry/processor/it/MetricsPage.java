package org.aragora.telemetry.processor.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** What {@code /metrics} of one or several processors says, values of equal series summed. */
final class MetricsPage {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final Map<String, Double> samples = new TreeMap<>();

  static MetricsPage of(int... ports) {
    MetricsPage page = new MetricsPage();
    for (int port : ports) {
      get(port, "/metrics")
          .body()
          .lines()
          .filter(line -> !line.startsWith("#") && !line.isBlank())
          .forEach(page::add);
    }
    return page;
  }

  static HttpResponse<String> get(int port, String path) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
              .timeout(Duration.ofSeconds(10))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IllegalStateException("no answer from port " + port, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private void add(String line) {
    int space = line.lastIndexOf(' ');
    samples.merge(line.substring(0, space), Double.valueOf(line.substring(space + 1)), Double::sum);
  }

  /** The value of a series as it is written on the page, 0 where it is absent. */
  double value(String series) {
    return samples.getOrDefault(series, 0.0);
  }

  boolean has(String series) {
    return samples.containsKey(series);
  }

  double events(String topic, String outcome) {
    return value(
        "aragora_telemetry_events_total{outcome=\"%s\",topic=\"%s\"}".formatted(outcome, topic));
  }

  double deadLetters(String topic, String reason) {
    return value(
        "aragora_telemetry_dead_letters_total{reason=\"%s\",topic=\"%s\"}"
            .formatted(reason, topic));
  }

  /** All series but those of the process and of the clock. */
  Map<String, Double> settled() {
    Map<String, Double> settled = new TreeMap<>(samples);
    settled
        .keySet()
        .removeIf(
            series ->
                series.startsWith("aragora_telemetry_process_")
                    || series.contains("_rate{")
                    || series.startsWith("aragora_telemetry_lag_")
                    || series.startsWith("aragora_telemetry_complete_until"));
    return settled;
  }

  @Override
  public String toString() {
    return samples.toString();
  }
}
