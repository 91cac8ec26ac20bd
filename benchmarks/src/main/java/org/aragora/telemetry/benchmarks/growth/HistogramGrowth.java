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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.aragora.telemetry.benchmarks.throughput.Backlog;
import org.aragora.telemetry.benchmarks.throughput.Throughput;
import org.aragora.telemetry.processor.ProcessorMain;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;

/**
 * Scrape and heap of one processor by the number of its histograms: with few native buckets and no
 * exemplar, with exemplars, and with many native buckets. The classic buckets are the same in all.
 */
public final class HistogramGrowth {
  private static final int EVENTS_OF_A_SERIES = 100;
  private static final int SCRAPES = 9;
  private static final int PARTITIONS = 1;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final double NANOS_PER_MS = 1e6;
  private static final double[] BOUNDS_MS = {10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000};
  private static final List<String> FORMATS =
      List.of(
          "text/plain;version=0.0.4",
          "application/openmetrics-text;version=1.0.0",
          "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited");

  private final String bootstrapServers;
  private final Path logs;
  private final PrintStream out;
  private final HttpClient http = HttpClient.newHttpClient();

  /** A set of events, and the formats that show its difference. */
  private enum Kind {
    /** Latencies at the bounds of the classic buckets, of traces that are not sampled. */
    PLAIN,
    /** The same of sampled traces: an exemplar of each bucket, in OpenMetrics and protobuf. */
    EXEMPLARS,
    /** Latencies that spread over four powers of ten: 100 native buckets, in protobuf. */
    NATIVE
  }

  /** {@code logs}: directory of the processor's logs. */
  public HistogramGrowth(String bootstrapServers, Path logs, PrintStream out) {
    this.bootstrapServers = bootstrapServers;
    this.logs = logs;
    this.out = out;
  }

  /** Prints a line for each kind of each number of histograms. */
  public void run(List<Integer> sizes) throws InterruptedException, IOException {
    out.println(
        "| histograms | with | text | OpenMetrics | protobuf | live heap MB |"
            + " bytes of a histogram more |");
    out.println("| --- | --- | --- | --- | --- | --- | --- |");
    for (int size : sizes) {
      long plain = 0;
      for (Kind kind : Kind.values()) {
        long heap = measure(size, kind, plain);
        plain = kind == Kind.PLAIN ? heap : plain;
      }
    }
  }

  private long measure(int size, Kind kind, long plain) throws InterruptedException, IOException {
    String name = kind.name().toLowerCase(Locale.ROOT);
    String id = "histograms-" + size + "-" + name;
    int events = size * EVENTS_OF_A_SERIES;
    BrokerTopics.create(bootstrapServers, id + ".", PARTITIONS);
    Backlog backlog = new Backlog(size, PARTITIONS, events, Clock.systemUTC());
    (kind == Kind.EXEMPLARS ? backlog : backlog.unsampled())
        .write(
            bootstrapServers,
            id + ".",
            events,
            number -> request(number, size, kind),
            (event, value) -> {});
    ServiceProcess processor =
        ServiceProcess.of(
                id,
                ProcessorMain.class.getName(),
                new ServiceEnvironment(bootstrapServers, id + ".", logs))
            .options("-Xmx1g")
            .set("ARAGORA_TELEMETRY_APPLICATION_ID", id)
            .set("ARAGORA_TELEMETRY_SERIES_LIMIT", "1000000")
            .set("ARAGORA_TELEMETRY_BIRTH_SECONDS", "0")
            .set("ARAGORA_TELEMETRY_NATIVE_HISTOGRAMS", String.valueOf(kind == Kind.NATIVE));
    try {
      processor.start();
      ServedEvents.await(processor, events);
      List<String> scrapes = new ArrayList<>();
      for (String format : FORMATS) {
        scrapes.add(scrapes(processor.metricsPort(), format));
      }
      long heap = LiveHeap.bytes(processor.jvm().pid());
      out.printf(
          "| %,d | %s | %s | %.1f | %s |%n",
          size,
          name,
          String.join(" | ", scrapes),
          heap / 1e6,
          plain == 0 ? "" : "%,d".formatted((heap - plain) / size));
      processor.jvm().stop(PATIENCE);
      return heap;
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
    return "%.0f ms, %.2f MB".formatted(Throughput.median(times), bytes / 1e6);
  }

  private static EventData request(int number, int histograms, Kind kind) {
    int series = number % histograms;
    int event = number / histograms;
    double millis = Math.pow(10, 4.0 * event / EVENTS_OF_A_SERIES); // 1 ms to 10 s
    return RequestCompleted.of(
        "r-" + number,
        "GET",
        "/api/e" + SeriesGrowth.letters(series),
        200,
        Duration.ofNanos((long) ((kind == Kind.NATIVE ? millis : bound(millis)) * NANOS_PER_MS)));
  }

  /** The bound of the classic bucket. */
  private static double bound(double millis) {
    return Arrays.stream(BOUNDS_MS).filter(bound -> millis <= bound).findFirst().orElseThrow();
  }
}
