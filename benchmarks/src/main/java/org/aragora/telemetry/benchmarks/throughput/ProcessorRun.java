package org.aragora.telemetry.benchmarks.throughput;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.processor.ProcessorService;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;

/**
 * The processor, with one stream thread if no other number is given, until {@code /metrics} has the
 * whole backlog.
 */
public final class ProcessorRun {
  private static final long LOOK_MS = 100;
  private static final long STANDS_MS = 3000;
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(30);
  private static final String EVENTS_ALONE = "/metrics?name%5B%5D=aragora_telemetry_events_total";

  /**
   * The measured times.
   *
   * @param nanos from the first events that were served to the last
   * @param events that were served in that time
   * @param wholeNanos from the start of the process to the last
   * @param threadNanos CPU time of the stream threads in {@code nanos}
   */
  public record Result(long nanos, long events, long wholeNanos, long threadNanos) {}

  /** Counts the backlog once. {@code applicationId} differs from run to run. */
  public Result run(String bootstrapServers, String prefix, String applicationId, int events)
      throws InterruptedException {
    return run(bootstrapServers, prefix, applicationId, events, 1);
  }

  /** Counts the backlog once with so many stream threads. */
  public Result run(
      String bootstrapServers, String prefix, String applicationId, int events, int threads)
      throws InterruptedException {
    long startNanos = System.nanoTime();
    Map<String, String> more =
        Map.of("ARAGORA_TELEMETRY_STREAM_THREADS", Integer.toString(threads));
    try (ProcessorService processor =
        ProcessorService.start(config(bootstrapServers, prefix, applicationId, more))) {
      long firstNanos = 0;
      long firstEvents = 0;
      long firstThreadNanos = 0;
      while (true) {
        long counted = counted(processor);
        long nowNanos = System.nanoTime();
        if (counted > 0 && firstNanos == 0) {
          firstNanos = nowNanos;
          firstEvents = counted;
          firstThreadNanos = StreamThreads.cpuNanos();
        }
        if (counted == events) {
          return new Result(
              nowNanos - firstNanos,
              events - firstEvents,
              nowNanos - startNanos,
              StreamThreads.cpuNanos() - firstThreadNanos);
        }
        if (counted > events) {
          throw new IllegalStateException(counted + " of " + events + " events were counted");
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
      }
    }
  }

  /** Reads the ledger alone: a page of many series would take the processor's time. */
  private static long counted(ProcessorService processor) throws InterruptedException {
    try {
      return MetricsPage.parse(
              LocalHttp.get(processor.metricsPort(), EVENTS_ALONE, ANSWERS_WITHIN).body())
          .events("counted");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Counts the backlog and returns what {@code /metrics} serves of Aragora at rest. */
  public Map<String, Double> page(
      String bootstrapServers, String prefix, String applicationId, int events)
      throws InterruptedException {
    Map<String, String> noBirth = Map.of("ARAGORA_TELEMETRY_BIRTH_SECONDS", "0");
    try (ProcessorService processor =
        ProcessorService.start(config(bootstrapServers, prefix, applicationId, noBirth))) {
      Map<String, Double> before = Map.of();
      while (true) {
        MetricsPage page = MetricsPage.of(processor.metricsPort());
        // Partitions of the outputs are read one after the other.
        Map<String, Double> counted = page.shared();
        counted.keySet().removeIf(series -> series.startsWith("aragora_telemetry_"));
        if (page.events("counted") >= events && counted.equals(before)) {
          return counted;
        }
        before = counted;
        TimeUnit.MILLISECONDS.sleep(STANDS_MS);
      }
    }
  }

  private static ProcessorConfig config(
      String bootstrapServers, String prefix, String applicationId, Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    environment.put("ARAGORA_TELEMETRY_TOPIC_PREFIX", prefix);
    environment.put("ARAGORA_TELEMETRY_APPLICATION_ID", applicationId);
    environment.put("METRICS_PORT", "0");
    environment.put("ARAGORA_TELEMETRY_SERIES_LIMIT", "1000000");
    return ProcessorConfig.read(environment);
  }
}
