package org.aragora.telemetry.replay;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.processor.Processor;

/** What {@code /metrics} of one or several processors says, without what is of the process. */
record ServedPage(Map<String, Double> samples) {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  static ServedPage of(Processor... processors) {
    Map<String, Double> samples = new TreeMap<>();
    for (Processor processor : processors) {
      text(processor.metricsPort())
          .lines()
          .filter(line -> !line.startsWith("#") && !line.startsWith("aragora_telemetry_process_"))
          .forEach(
              line -> {
                int space = line.lastIndexOf(' ');
                samples.merge(
                    line.substring(0, space),
                    Double.valueOf(line.substring(space + 1)),
                    Double::sum);
              });
    }
    return new ServedPage(samples);
  }

  /** Over all series of a metric. */
  long sum(String metric) {
    return (long)
        samples.entrySet().stream()
            .filter(sample -> sample.getKey().startsWith(metric + "{"))
            .mapToDouble(Map.Entry::getValue)
            .sum();
  }

  private static String text(int port) {
    try {
      return HTTP.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new IllegalStateException("no answer from port " + port, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
