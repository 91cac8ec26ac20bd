package org.aragora.telemetry.benchmarks.freshness;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.aragora.telemetry.benchmarks.throughput.Backlog;
import org.aragora.telemetry.processor.ProcessorMain;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;

/**
 * Time from the append of an event to the scrape that has it, while other events arrive at half of
 * the rate at which the same processor has counted a backlog.
 */
public final class Freshness {
  private static final int PARTITIONS = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long LOOK_MS = 20;
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final String PREFIX = "freshness.";
  private static final String EVENTS_ALONE = "/metrics?name%5B%5D=aragora_telemetry_events_total";

  private final String bootstrapServers;
  private final Path logs;
  private final PrintStream out;

  /**
   * Over a broker that has no topics yet.
   *
   * @param logs directory of the processor's log
   */
  public Freshness(String bootstrapServers, Path logs, PrintStream out) {
    this.bootstrapServers = bootstrapServers;
    this.logs = logs;
    this.out = out;
  }

  /**
   * The other events.
   *
   * @param backlog events of which the peak is measured
   * @param rate a second after that; 0 for half of the peak
   */
  public record Load(long seed, int backlog, int rate) {}

  /**
   * Measures.
   *
   * @param collector garbage collector of the processor, as in {@code -XX:+Use…GC}
   */
  public void run(Load load, int seconds, String collector)
      throws InterruptedException, IOException, ExecutionException {
    BrokerTopics.create(bootstrapServers, PREFIX, PARTITIONS);
    Backlog backlog = new Backlog(load.seed(), PARTITIONS, load.backlog(), Clock.systemUTC());
    backlog.write(bootstrapServers, PREFIX, load.backlog());
    Path collections = logs.resolve("gc.log");
    ServiceProcess processor =
        ServiceProcess.of(
                "processor",
                ProcessorMain.class.getName(),
                new ServiceEnvironment(bootstrapServers, PREFIX, logs))
            .options("-Xmx512m", "-XX:+Use" + collector + "GC", Pauses.option(collections))
            .set("ARAGORA_TELEMETRY_APPLICATION_ID", "freshness");
    try (Probes probes = new Probes(bootstrapServers, PREFIX, processor.metricsPort())) {
      probes.begin();
      processor.start();
      double peak = peak(processor, load.backlog());
      probes.awaitBegin(); // a new series is served as 0 at first
      int perSecond = load.rate() > 0 ? load.rate() : (int) (peak / 2);
      out.printf("peak %,.0f events/s; %,d a second from here on%n", peak, perSecond);
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(() -> write(backlog, perSecond, perSecond * seconds));
      List<Long> millis = new ArrayList<>();
      while (!writing.isDone()) {
        processor.checkAlive();
        probes.poll(millis);
      }
      writing.get();
      print(millis);
      out.printf(
          "%s: %s; at most %s resident%n",
          collector, Pauses.of(collections), mostResident(processor.jvm().pid()));
    } finally {
      processor.jvm().kill();
    }
  }

  /** The kernel's figure, as in "498372 kB". */
  private static String mostResident(long pid) throws IOException {
    Path status = Path.of("/proc", String.valueOf(pid), "status");
    if (!Files.exists(status)) {
      return "an unknown number of bytes";
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .map(line -> line.substring("VmHWM:".length()).strip())
        .findFirst()
        .orElseThrow();
  }

  /** Events a second from the second quarter of the backlog on; the first warms up. */
  private static double peak(ServiceProcess processor, long events) throws InterruptedException {
    long fromNanos = 0;
    long from = 0;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      processor.checkAlive();
      long counted = counted(processor);
      if (counted >= events) {
        return (counted - from) / ((System.nanoTime() - fromNanos) / 1e9);
      }
      if (fromNanos == 0 && counted >= events / 4) {
        fromNanos = System.nanoTime();
        from = counted;
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
    throw new IllegalStateException("the backlog was not counted:\n" + processor.jvm().endOfLog());
  }

  private static long counted(ServiceProcess processor) throws InterruptedException {
    try {
      return MetricsPage.parse(
              LocalHttp.get(processor.metricsPort(), EVENTS_ALONE, PATIENCE).body())
          .events("counted");
    } catch (IOException e) {
      return 0; // it does not answer yet
    }
  }

  private void write(Backlog backlog, int perSecond, int events) {
    long begin = System.nanoTime();
    int[] written = {0};
    backlog.write(
        bootstrapServers,
        PREFIX,
        events,
        (event, value) -> {
          long early = begin + written[0]++ * 1_000_000_000L / perSecond - System.nanoTime();
          if (early > STEP_NANOS) {
            LockSupport.parkNanos(early);
          }
        });
  }

  private void print(List<Long> millis) {
    millis.sort(null);
    out.printf(
        "%d events: p50 %d ms, p99 %d ms, max %d ms from append to scrape%n",
        millis.size(),
        millis.get(millis.size() / 2),
        millis.get(millis.size() * 99 / 100),
        millis.get(millis.size() - 1));
  }
}
