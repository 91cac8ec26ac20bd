package org.aragora.telemetry.benchmarks.growth;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceProcess;

/** Waits for a backlog without taking the processor's time with whole pages. */
final class ServedEvents {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(30);
  private static final long LOOK_MS = 250;
  private static final String REQUESTS = "aragora_requests_total";
  private static final String REQUESTS_ALONE = "/metrics?name%5B%5D=" + REQUESTS;

  private ServedEvents() {}

  /**
   * Returns once all requests are counted and served.
   *
   * @throws IllegalStateException with the end of its log if none was counted for five minutes
   */
  static void await(ServiceProcess processor, long requests) throws InterruptedException {
    long counted = 0;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (counted < requests || served(processor) < requests) {
      processor.checkAlive();
      long now = counted < requests ? Growth.counted(processor) : counted;
      if (now > counted) {
        counted = now;
        deadline = System.nanoTime() + PATIENCE.toNanos();
      } else if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "%s has counted %d of %d events; the end of its log:%n%s"
                .formatted(processor.name(), counted, requests, processor.jvm().endOfLog()));
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
  }

  private static double served(ServiceProcess processor) throws InterruptedException {
    try {
      String page = LocalHttp.get(processor.metricsPort(), REQUESTS_ALONE, ANSWERS_WITHIN).body();
      return MetricsPage.parse(page).sum(REQUESTS, Map.of()).orElse(0);
    } catch (IOException e) {
      return 0; // it does not answer yet
    }
  }
}
