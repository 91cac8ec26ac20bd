package org.aragora.telemetry.benchmarks.growth;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.benchmarks.throughput.Backlog;
import org.aragora.telemetry.benchmarks.throughput.Throughput;
import org.aragora.telemetry.processor.ProcessorMain;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;

/**
 * Scrape and heap of one processor by the number of its histograms, in each format, without and
 * with native ones. Latencies of each spread over four powers of ten.
 */
public final class HistogramGrowth {
  private static final int EVENTS_OF_A_SERIES = 100;
  private static final int SCRAPES = 9;
  private static final int PARTITIONS = 1;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long LOOK_MS = 100;
  private static final double NANOS_PER_MS = 1e6;
  private static final String TEXT = "text/plain;version=0.0.4";
  private static final String PROTOBUF =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

  private final String bootstrapServers;
  private final Path logs;
  private final PrintStream out;
  private final HttpClient http = HttpClient.newHttpClient();

  /** {@code logs}: directory of the processor's logs. */
  public HistogramGrowth(String bootstrapServers, Path logs, PrintStream out) {
    this.bootstrapServers = bootstrapServers;
    this.logs = logs;
    this.out = out;
  }

  /** Prints two lines for each number of histograms. */
  public void run(List<Integer> sizes) throws InterruptedException, IOException {
    out.println("| histograms | native | text | protobuf | live heap MB |");
    out.println("| --- | --- | --- | --- | --- |");
    for (int size : sizes) {
      String prefix = "histograms" + size + ".";
      int events = size * EVENTS_OF_A_SERIES;
      BrokerTopics.create(bootstrapServers, prefix, PARTITIONS);
      new Backlog(size, PARTITIONS, events, Clock.systemUTC())
          .write(
              bootstrapServers,
              prefix,
              events,
              number -> request(number, size),
              (event, value) -> {});
      for (boolean isNative : new boolean[] {false, true}) {
        measure(size, prefix, isNative);
      }
    }
  }

  private void measure(int size, String prefix, boolean isNative)
      throws InterruptedException, IOException {
    ServiceProcess processor =
        ServiceProcess.of(
                "processor-" + size,
                ProcessorMain.class.getName(),
                new ServiceEnvironment(bootstrapServers, prefix, logs))
            .options("-Xmx1g")
            .set("ARAGORA_TELEMETRY_APPLICATION_ID", "histograms-" + size)
            .set("ARAGORA_TELEMETRY_SERIES_LIMIT", "1000000")
            .set("ARAGORA_TELEMETRY_BIRTH_SECONDS", "0");
    if (isNative) {
      processor.set("ARAGORA_TELEMETRY_NATIVE_HISTOGRAMS", "true");
    }
    try {
      processor.start();
      awaitCounted(processor, size * EVENTS_OF_A_SERIES);
      String text = scrapes(processor.metricsPort(), TEXT);
      String protobuf = scrapes(processor.metricsPort(), PROTOBUF);
      double heap = LiveHeap.bytes(processor.jvm().pid()) / 1e6;
      out.printf(
          "| %,d | %s | %s | %s | %.1f |%n", size, isNative ? "yes" : "no", text, protobuf, heap);
      processor.jvm().stop(PATIENCE);
    } finally {
      processor.jvm().kill();
    }
  }

  /** Median time and size. */
  private String scrapes(int port, String format) throws InterruptedException, IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/metrics".formatted(port)))
            .header("Accept", format)
            .build();
    List<Double> times = new ArrayList<>();
    int bytes = 0;
    for (int i = 0; i < 2 * SCRAPES; i++) {
      long began = System.nanoTime();
      bytes = http.send(request, BodyHandlers.ofByteArray()).body().length;
      if (i >= SCRAPES) { // the first ones warm it up
        times.add((System.nanoTime() - began) / NANOS_PER_MS);
      }
    }
    return "%.0f ms, %.1f MB".formatted(Throughput.median(times), bytes / 1e6);
  }

  private static EventData request(int number, int histograms) {
    int series = number % histograms;
    int event = number / histograms;
    double millis = Math.pow(10, 4.0 * event / EVENTS_OF_A_SERIES); // 1 ms to 10 s
    return RequestCompleted.of(
        "r-" + number,
        "GET",
        "/api/e" + SeriesGrowth.letters(series),
        200,
        Duration.ofNanos((long) (millis * NANOS_PER_MS)));
  }

  private static void awaitCounted(ServiceProcess processor, int events)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      processor.checkAlive();
      MetricsPage page = processor.metrics();
      if (page != null && page.sum("aragora_requests_total", Map.of()).orElse(0) == events) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
    throw new IllegalStateException(
        "%s has not counted %d events; the end of its log:%n%s"
            .formatted(processor.name(), events, processor.jvm().endOfLog()));
  }
}
