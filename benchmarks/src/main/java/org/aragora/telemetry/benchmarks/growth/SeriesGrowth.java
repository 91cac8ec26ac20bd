package org.aragora.telemetry.benchmarks.growth;

import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
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
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;

/**
 * Scrape, heap and start of one processor by the number of its series. Requests to endpoints with
 * 100 statuses each make them, so that most are counters.
 */
public final class SeriesGrowth {
  private static final int STATUSES = 100;
  private static final int EVENTS_OF_A_SERIES = 2;
  private static final int SCRAPES = 5;
  private static final int PARTITIONS = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long LOOK_MS = 100;
  private static final double NANOS_PER_MS = 1e6;

  private final String bootstrapServers;
  private final Path logs;
  private final int rounds;
  private final PrintStream out;
  private final List<String> starts = new ArrayList<>();

  /**
   * Prepares the runs.
   *
   * @param logs directory of the processor's logs
   * @param rounds with a scrape a second, and as many without; 0 leaves this out
   */
  public SeriesGrowth(String bootstrapServers, Path logs, int rounds, PrintStream out) {
    this.bootstrapServers = bootstrapServers;
    this.logs = logs;
    this.rounds = rounds;
    this.out = out;
  }

  /** Prints a line for each number of counter series. */
  public void run(List<Integer> sizes) throws InterruptedException, IOException {
    out.println(
        "| counters | lines of /metrics | MB | scrape ms | live heap MB | bytes a counter | start s"
            + " | with a scrape a second, of the speed without |");
    out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
    long leastHeap = 0;
    for (int size : sizes) {
      long heap = measure(size, leastHeap);
      leastHeap = leastHeap == 0 ? heap : leastHeap;
    }
    starts.forEach(out::println);
  }

  private long measure(int counters, long leastHeap) throws InterruptedException, IOException {
    String prefix = "growth" + counters + ".";
    int events = counters * EVENTS_OF_A_SERIES;
    BrokerTopics.create(bootstrapServers, prefix, PARTITIONS);
    Backlog backlog =
        new Backlog(counters, PARTITIONS, events + ScrapeDrag.events(rounds), Clock.systemUTC());
    write(backlog, prefix, events, counters);
    ServiceProcess processor =
        ServiceProcess.of(
                "processor-" + counters,
                ProcessorMain.class.getName(),
                new ServiceEnvironment(bootstrapServers, prefix, logs))
            .options("-Xmx1g")
            .set("ARAGORA_TELEMETRY_APPLICATION_ID", "growth-" + counters)
            .set("ARAGORA_TELEMETRY_SERIES_LIMIT", "1000000")
            .set("ARAGORA_TELEMETRY_BIRTH_SECONDS", "1"); // marks as ever, but a shorter wait
    try {
      processor.start();
      awaitCounted(processor, events);
      List<Double> scrapes = new ArrayList<>();
      HttpResponse<String> page = scrape(processor);
      for (int i = 0; i < SCRAPES; i++) {
        long began = System.nanoTime();
        page = scrape(processor);
        scrapes.add((System.nanoTime() - began) / NANOS_PER_MS);
      }
      long heap = LiveHeap.bytes(processor.jvm().pid());
      processor.jvm().stop(PATIENCE);
      long began = System.nanoTime();
      processor.start();
      awaitCounted(processor, events);
      double startSeconds = (System.nanoTime() - began) / 1e9;
      String startTimes = StartTimes.of(processor.jvm().pid());
      out.printf(
          "| %,d | %,d | %.1f | %.0f | %.1f | %s | %.1f | %s |%n",
          counters,
          page.body().lines().filter(line -> !line.startsWith("#")).count(),
          page.body().getBytes(StandardCharsets.UTF_8).length / 1e6,
          Throughput.median(scrapes),
          heap / 1e6,
          leastHeap == 0 ? "" : "%,d".formatted((heap - leastHeap) / counters),
          startSeconds,
          rounds == 0 ? "" : "%.2f".formatted(drag(processor, backlog, prefix, counters)));
      starts.add("CPU seconds of the start with %,d: %s".formatted(counters, startTimes));
      return heap;
    } finally {
      processor.jvm().kill();
    }
  }

  private void write(Backlog backlog, String prefix, int events, int counters) {
    backlog.write(
        bootstrapServers,
        prefix,
        events,
        number -> request(number, counters),
        (event, value) -> {});
  }

  private double drag(ServiceProcess processor, Backlog backlog, String prefix, int counters)
      throws InterruptedException {
    long[] expected = {counters * (long) EVENTS_OF_A_SERIES};
    return ScrapeDrag.ratio(
        rounds,
        () -> {
          write(backlog, prefix, ScrapeDrag.EVENTS, counters);
          expected[0] += ScrapeDrag.EVENTS;
          while (Growth.counted(processor) < expected[0]) {
            processor.checkAlive();
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
          }
        },
        () -> scrape(processor));
  }

  /** The request of a number: the next series, from the first again after the last. */
  public static EventData request(int number, int counters) {
    int series = number % counters;
    return RequestCompleted.of(
        "r-" + number,
        "GET",
        "/api/e" + letters(series / STATUSES),
        200 + series % STATUSES,
        Duration.ofMillis(number % 1000));
  }

  /** A number in letters, which no template takes for an id. */
  static String letters(int number) {
    StringBuilder letters = new StringBuilder();
    for (int rest = number; rest >= 0; rest = rest / 26 - 1) {
      letters.append((char) ('a' + rest % 26));
    }
    return letters.toString();
  }

  private static HttpResponse<String> scrape(ServiceProcess processor)
      throws InterruptedException, IOException {
    return LocalHttp.get(processor.metricsPort(), "/metrics", PATIENCE);
  }

  private static void awaitCounted(ServiceProcess processor, int events)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      processor.checkAlive();
      MetricsPage page = processor.metrics();
      if (page != null
          && page.events("counted") == events
          && page.sum("aragora_requests_total", Map.of()).orElse(0) == events) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
    throw new IllegalStateException(
        "%s has not counted %d events; the end of its log:%n%s"
            .formatted(processor.name(), events, processor.jvm().endOfLog()));
  }
}
