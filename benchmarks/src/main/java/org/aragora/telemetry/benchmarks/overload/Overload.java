package org.aragora.telemetry.benchmarks.overload;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.aragora.telemetry.benchmarks.throughput.Backlog;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.aragora.telemetry.testbed.oracle.PartitionOracle;
import org.aragora.telemetry.testbed.oracle.TopicOracle;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.SeriesName;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;
import org.jspecify.annotations.Nullable;

/**
 * A processor that has more to do than it can. It starts on a backlog, and while more events come
 * it gets a tenth of the time only. It must stay up in a small heap, report its lag and, once it
 * gets all the time, catch up to exact totals.
 */
public final class Overload {
  private static final String PREFIX = "aragora.";
  private static final int PARTITIONS = 4;
  private static final int BROKER_MEGABYTES = 1024;
  private static final int HEAP_MEGABYTES = 256;
  private static final long SAMPLE_MS = 5_000;
  private static final long POLL_MS = 50;
  private static final long RUN_MS = 50;
  private static final long PAUSE_MS = 450;
  private static final Duration STARTS_WITHIN = Duration.ofMinutes(3);
  private static final Duration STALLED = Duration.ofMinutes(3);
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(20);
  private static final Pattern CUMULATIVE =
      Pattern.compile("[a-z_]+_(total|bucket|count|sum)(\\{.*)?");

  /**
   * Parameters of a run.
   *
   * @param backlog events that are there before the processor starts
   * @param eventsPerSecond that come while it is throttled
   * @param throttled duration of the throttling
   * @param seed of the events
   * @param directory for the processor's log and state
   */
  public record Settings(
      int backlog, int eventsPerSecond, Duration throttled, long seed, Path directory) {}

  private final Settings settings;
  private final PrintStream out;
  private final AtomicLong written = new AtomicLong();
  private final long startNanos = System.nanoTime();
  private long lowestRssKb = Long.MAX_VALUE;
  private long highestRssKb;

  /** {@code out}: gets a line every five seconds and the account at the end. */
  public Overload(Settings settings, PrintStream out) {
    this.settings = settings;
    this.out = out;
  }

  /**
   * Runs it.
   *
   * @return true if the processor stayed up and every total is exact
   */
  public boolean run(Clock clock) throws IOException, InterruptedException {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().heapMegabytes(BROKER_MEGABYTES).start()) {
      BrokerTopics.create(broker.bootstrapServers(), PREFIX, PARTITIONS);
      Backlog load = new Backlog(settings.seed(), PARTITIONS, settings.backlog(), clock);
      write(load, broker.bootstrapServers(), settings.backlog());
      print("backlog written: %,d events", written.get());
      ServiceProcess processor = processor(broker.bootstrapServers()).start();
      try {
        awaitStart(processor);
        throttle(processor, broker.bootstrapServers(), load);
        return catchUp(processor) && isExact(processor, broker.bootstrapServers(), clock);
      } finally {
        processor.jvm().stop(STOPS_WITHIN);
      }
    }
  }

  private ServiceProcess processor(String bootstrapServers) {
    return ServiceProcess.of(
            "processor",
            "org.aragora.telemetry.processor.ProcessorMain",
            new ServiceEnvironment(bootstrapServers, PREFIX, settings.directory()))
        .options("-Xmx" + HEAP_MEGABYTES + "m")
        .set("ARAGORA_TELEMETRY_METRICS_HOST", "127.0.0.1")
        .set("ARAGORA_TELEMETRY_PARTITIONS", String.valueOf(PARTITIONS));
  }

  private void write(Backlog load, String bootstrapServers, int events) {
    load.write(bootstrapServers, PREFIX, events);
    written.addAndGet(events);
  }

  private static long counted(@Nullable MetricsPage page) {
    return page == null ? 0 : page.events("counted");
  }

  private void awaitStart(ServiceProcess processor) throws InterruptedException {
    long untilNanos = System.nanoTime() + STARTS_WITHIN.toNanos();
    while (counted(processor.metrics()) == 0
        && processor.jvm().isAlive()
        && System.nanoTime() < untilNanos) {
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  /** Pauses and resumes the process, so that it runs a tenth of the time, under a load. */
  private void throttle(ServiceProcess processor, String bootstrapServers, Backlog load)
      throws InterruptedException {
    long countedBefore = counted(processor.metrics());
    long beforeNanos = System.nanoTime();
    long untilNanos = beforeNanos + settings.throttled().toNanos();
    CompletableFuture<Void> producing =
        CompletableFuture.runAsync(() -> produce(load, bootstrapServers, untilNanos));
    CompletableFuture<Void> sampling =
        CompletableFuture.runAsync(() -> sampleUntil(processor, untilNanos));
    while (System.nanoTime() < untilNanos && processor.jvm().isAlive()) {
      processor.jvm().pause();
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
      processor.jvm().resume();
      TimeUnit.MILLISECONDS.sleep(RUN_MS);
    }
    producing.join();
    sampling.join();
    double seconds = (System.nanoTime() - beforeNanos) / 1e9;
    print(
        "throttled for %.0f s: %,.0f events a second came, %,.0f were counted",
        seconds,
        (written.get() - settings.backlog()) / seconds,
        (counted(processor.metrics()) - countedBefore) / seconds);
  }

  private void produce(Backlog load, String bootstrapServers, long untilNanos) {
    long beginNanos = System.nanoTime();
    long sent = 0;
    while (System.nanoTime() < untilNanos) {
      long due =
          (long) ((System.nanoTime() - beginNanos) / 1e9 * settings.eventsPerSecond()) - sent;
      if (due >= settings.eventsPerSecond()) {
        write(load, bootstrapServers, (int) due);
        sent += due;
      } else {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MS));
      }
    }
  }

  private void sampleUntil(ServiceProcess processor, long untilNanos) {
    try {
      while (System.nanoTime() < untilNanos && processor.jvm().isAlive()) {
        sample(processor, processor.metrics());
        TimeUnit.MILLISECONDS.sleep(SAMPLE_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean catchUp(ServiceProcess processor) throws InterruptedException {
    print("throttling ends");
    long lastCounted = -1;
    long beganNanos = System.nanoTime();
    long movedNanos = beganNanos;
    long beganAt = counted(processor.metrics());
    while (processor.jvm().isAlive()
        && lastCounted < written.get()
        && System.nanoTime() - movedNanos < STALLED.toNanos()) {
      MetricsPage page = processor.metrics();
      sample(processor, page);
      if (counted(page) > lastCounted) {
        lastCounted = counted(page);
        movedNanos = System.nanoTime();
      }
      TimeUnit.MILLISECONDS.sleep(SAMPLE_MS);
    }
    if (!processor.jvm().isAlive()) {
      print("the processor has ended:%n%s", processor.jvm().endOfLog());
      return false;
    }
    print(
        "caught up: %,.0f events a second",
        (lastCounted - beganAt) / ((System.nanoTime() - beganNanos) / 1e9));
    return true;
  }

  /** Compares every cumulative series with a count of the topics by the oracle. */
  private boolean isExact(ServiceProcess processor, String bootstrapServers, Clock clock)
      throws IOException, InterruptedException {
    Map<String, Double> served = new HashMap<>();
    processor
        .metrics(STARTS_WITHIN)
        .samples()
        .forEach((series, value) -> served.put(SeriesName.parse(series).toString(), value));
    long compared = 0;
    long wrong = 0;
    try (TopicOracle oracle =
        new TopicOracle(
            bootstrapServers, PREFIX, PARTITIONS, any -> PartitionOracle.Additions.NONE)) {
      oracle.readToEnd();
      for (Map.Entry<String, Double> expected : oracle.samples(clock.millis()).entrySet()) {
        if (CUMULATIVE.matcher(expected.getKey()).matches()) {
          compared++;
          double value = served.getOrDefault(expected.getKey(), 0.0);
          if (expected.getValue() != value) {
            wrong++;
            print("WRONG %s: %s written, %s served", expected.getKey(), expected.getValue(), value);
          }
        }
      }
    }
    print(
        "%,d events; memory of the process %d to %d MiB, its heap at most %d; %s",
        written.get(),
        lowestRssKb / 1024,
        highestRssKb / 1024,
        HEAP_MEGABYTES,
        wrong == 0
            ? "every total is exact (%d series)".formatted(compared)
            : "%d of %d series are wrong".formatted(wrong, compared));
    return wrong == 0 && compared > 0;
  }

  private void sample(ServiceProcess processor, @Nullable MetricsPage page) {
    if (page == null) {
      print("(no answer)");
      return;
    }
    long rssKb = residentKb(processor.jvm().pid());
    lowestRssKb = Math.min(lowestRssKb, rssKb);
    highestRssKb = Math.max(highestRssKb, rssKb);
    print(
        "counted %,d of %,d; lag %,.0f records, %,.0f s; memory %d MiB",
        counted(page),
        written.get(),
        page.sum("aragora_telemetry_lag_records", Map.of()).orElse(0),
        page.highest("aragora_telemetry_lag_seconds").orElse(Double.NaN),
        rssKb / 1024);
  }

  /** Resident memory of a process in KiB; 0 if the system does not report it. */
  private static long residentKb(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc", String.valueOf(pid), "status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  private void print(String format, Object... values) {
    out.printf("%5d s  ", (System.nanoTime() - startNanos) / 1_000_000_000L);
    out.printf(format + "%n", values);
  }
}
