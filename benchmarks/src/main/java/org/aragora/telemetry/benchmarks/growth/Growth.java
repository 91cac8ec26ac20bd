package org.aragora.telemetry.benchmarks.growth;

import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.aragora.telemetry.benchmarks.throughput.Backlog;
import org.aragora.telemetry.processor.ProcessorMain;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;
import org.jspecify.annotations.Nullable;

/**
 * Throughput and memory of the processor on a backlog, by one dimension after the other: series,
 * partitions, size of an event, instances on one broker.
 */
public final class Growth {
  /** First line of the results. */
  public static final String HEADER = "dimension,value,event_bytes,events_per_second,live_heap_mb";

  private static final int PARTITIONS = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long LOOK_MS = 100;
  private static final String EVENTS_ALONE = "/metrics?name%5B%5D=aragora_telemetry_events_total";

  /**
   * A point of a chart.
   *
   * @param dimension name of what differs
   * @param value of it
   * @param events in the backlog
   * @param data makes the data of an event from its number; null for the usual mix
   */
  private record Point(
      String dimension,
      int value,
      int partitions,
      int instances,
      int events,
      @Nullable IntFunction<EventData> data) {}

  private final String bootstrapServers;
  private final Path logs;
  private final PrintStream out;

  /**
   * Prepares the runs.
   *
   * @param logs directory of the processors' logs
   * @param out receives a line of comma-separated values for each point
   */
  public Growth(String bootstrapServers, Path logs, PrintStream out) {
    this.bootstrapServers = bootstrapServers;
    this.logs = logs;
    this.out = out;
  }

  /**
   * Measures points with a backlog of {@code events}.
   *
   * @param only the one dimension to measure; null: all
   */
  public void run(int events, @Nullable String only) throws InterruptedException, IOException {
    out.println(HEADER);
    // The first run warms up the broker.
    measure(new Point("warm-up", 0, PARTITIONS, 1, events, null));
    for (Point point : points(events)) {
      if (only == null || only.equals(point.dimension())) {
        out.println(measure(point));
      }
    }
  }

  private static List<Point> points(int events) {
    return Stream.of(
            Stream.of(100, 1_000, 10_000, 100_000)
                .map(
                    series ->
                        new Point(
                            "series",
                            series,
                            PARTITIONS,
                            1,
                            Math.max(events, 2 * series),
                            number -> SeriesGrowth.request(number, series))),
            Stream.of(1, 4, 16, 64)
                .map(
                    partitions -> new Point("partitions", partitions, partitions, 1, events, null)),
            Stream.of(0, 600, 1_600, 3_600)
                .map(
                    bytes ->
                        new Point(
                            "message_bytes",
                            bytes,
                            PARTITIONS,
                            1,
                            events,
                            number ->
                                LogEmitted.of(LogLevel.INFO, "aragora.debate", "x".repeat(bytes)))),
            IntStream.of(1, 2, 4)
                .mapToObj(
                    instances -> new Point("instances", instances, 16, instances, events, null)))
        .flatMap(points -> points)
        .toList();
  }

  private String measure(Point point) throws InterruptedException, IOException {
    String name = point.dimension().replace('_', '-') + point.value();
    String prefix = name + ".";
    BrokerTopics.create(bootstrapServers, prefix, point.partitions());
    Backlog backlog =
        new Backlog(point.value(), point.partitions(), point.events(), Clock.systemUTC());
    IntFunction<EventData> data = point.data();
    long bytes =
        data == null
            ? backlog.write(bootstrapServers, prefix, point.events())
            : backlog.write(bootstrapServers, prefix, point.events(), data, (event, value) -> {});
    List<ServiceProcess> processors = new ArrayList<>();
    try {
      for (int i = 0; i < point.instances(); i++) {
        ServiceProcess processor =
            ServiceProcess.of(
                    name + "-" + i,
                    ProcessorMain.class.getName(),
                    new ServiceEnvironment(bootstrapServers, prefix, logs))
                .options("-Xmx1g")
                .set("ARAGORA_TELEMETRY_APPLICATION_ID", name)
                .set("ARAGORA_TELEMETRY_SERIES_LIMIT", "1000000");
        processors.add(processor);
        processor.start();
      }
      double eventsPerSecond = eventsPerSecond(processors, point.events());
      double heapMb = LiveHeap.bytes(processors.get(0).jvm().pid()) / 1e6;
      return String.format(
          Locale.ROOT,
          "%s,%d,%d,%.0f,%.1f",
          point.dimension(),
          point.value(),
          bytes / point.events(),
          eventsPerSecond,
          heapMb);
    } finally {
      processors.forEach(processor -> processor.jvm().kill());
    }
  }

  /** Asks for the ledger alone: a page of 100,000 series would take the processor's time. */
  static long counted(ServiceProcess processor) throws InterruptedException {
    try {
      HttpResponse<String> answer =
          LocalHttp.get(processor.metricsPort(), EVENTS_ALONE, Duration.ofSeconds(10));
      return MetricsPage.parse(answer.body()).events("counted");
    } catch (IOException e) {
      return 0; // it does not answer yet
    }
  }

  /** Returns the speed from the first events that are served to the last. */
  private static double eventsPerSecond(List<ServiceProcess> processors, long events)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long firstNanos = 0;
    long firstEvents = 0;
    while (System.nanoTime() < deadline) {
      long counted = 0;
      for (ServiceProcess processor : processors) {
        processor.checkAlive();
        counted += counted(processor);
      }
      long nowNanos = System.nanoTime();
      if (counted > 0 && firstNanos == 0) {
        firstNanos = nowNanos;
        firstEvents = counted;
      }
      if (counted == events) {
        return (events - firstEvents) / ((nowNanos - firstNanos) / 1e9);
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
    throw new IllegalStateException(
        "%s has not counted %d events; the end of its log:%n%s"
            .formatted(processors.get(0).name(), events, processors.get(0).jvm().endOfLog()));
  }
}
