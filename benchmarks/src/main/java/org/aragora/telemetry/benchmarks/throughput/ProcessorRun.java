package org.aragora.telemetry.benchmarks.throughput;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.processor.ProcessorService;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.testbed.service.MetricsPage;

/** The processor with one stream thread, until {@code /metrics} has the whole backlog. */
final class ProcessorRun {
  private static final long LOOK_MS = 100;

  /**
   * The measured times.
   *
   * @param nanos from the first events that were served to the last
   * @param events that were served in that time
   * @param wholeNanos from the start of the process to the last
   */
  record Result(long nanos, long events, long wholeNanos) {}

  Result run(String bootstrapServers, String prefix, String applicationId, int events)
      throws InterruptedException {
    Map<String, String> environment = new HashMap<>();
    environment.put("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    environment.put("ARAGORA_TELEMETRY_TOPIC_PREFIX", prefix);
    environment.put("ARAGORA_TELEMETRY_APPLICATION_ID", applicationId);
    environment.put("METRICS_PORT", "0");
    long startNanos = System.nanoTime();
    try (ProcessorService processor = ProcessorService.start(ProcessorConfig.read(environment))) {
      long firstNanos = 0;
      long firstEvents = 0;
      while (true) {
        long counted = MetricsPage.of(processor.metricsPort()).events("counted");
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
}
