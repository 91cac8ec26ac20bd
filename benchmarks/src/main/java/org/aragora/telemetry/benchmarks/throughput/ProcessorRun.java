package org.aragora.telemetry.benchmarks.throughput;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.processor.Processor;
import org.aragora.telemetry.processor.ProcessorConfig;

/**
 * The processor with one stream thread, from its start until {@code /metrics} has the whole
 * backlog.
 */
final class ProcessorRun {
  private static final String COUNTED = "aragora_telemetry_events_total{outcome=\"counted\"";
  private static final long LOOK_MS = 100;

  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * What was measured.
   *
   * @param nanos from the first events that were served to the last
   * @param events that were served in that time
   * @param wholeNanos from the start of the process to the last
   */
  record Result(long nanos, long events, long wholeNanos) {}

  Result run(String bootstrapServers, String prefix, String applicationId, int events)
      throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>();
    environment.put("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    environment.put("ARAGORA_TELEMETRY_TOPIC_PREFIX", prefix);
    environment.put("ARAGORA_TELEMETRY_APPLICATION_ID", applicationId);
    environment.put("METRICS_PORT", "0");
    long startNanos = System.nanoTime();
    try (Processor processor = Processor.start(ProcessorConfig.read(environment))) {
      long firstNanos = 0;
      long firstEvents = 0;
      while (true) {
        long counted = counted(processor.metricsPort());
        long nowNanos = System.nanoTime();
        if (counted > 0 && firstNanos == 0) {
          firstNanos = nowNanos;
          firstEvents = counted;
        }
        if (counted == events) {
          return new Result(nowNanos - firstNanos, events - firstEvents, nowNanos - startNanos);
        }
        if (counted > events) {
          throw new IllegalStateException(counted + " of " + events + " events were counted");
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
      }
    }
  }

  private long counted(int port) throws IOException, InterruptedException {
    String page =
        http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    return (long)
        page.lines()
            .filter(line -> line.startsWith(COUNTED))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .sum();
  }
}
