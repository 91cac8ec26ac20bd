package org.aragora.telemetry.benchmarks.overload;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.aragora.telemetry.benchmarks.throughput.Backlog;
import org.aragora.telemetry.chassis.topics.TopicAdmin;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;

/**
 * A processor that has more to do than it can: a backlog is there when it starts, and while more
 * comes it gets a tenth of the time only. It must stay up in a small heap, say how far behind it is
 * and, when it is let go, catch up to exact totals.
 */
public final class Overload {
  private static final String PREFIX = "aragora.";
  private static final int PARTITIONS = 4;
  private static final int BROKER_MEGABYTES = 1024;
  private static final long SAMPLE_MS = 5_000;
  private static final long LOOK_MS = 50;
  private static final Duration STARTS_WITHIN = Duration.ofMinutes(3);
  private static final Duration STANDS_STILL = Duration.ofMinutes(3);

  /**
   * What a run is made of.
   *
   * @param backlog events that are there before the processor starts
   * @param eventsPerSecond that come while it is throttled
   * @param throttled how long that lasts
   * @param seed of the events
   * @param directory for the processor's log and state
   */
  public record Settings(
      int backlog, int eventsPerSecond, Duration throttled, long seed, Path directory) {}

  private final Settings settings;
  private final PrintStream out;
  private final Counts counts = new Counts();
  private final long startNanos = System.nanoTime();
  private long lowestRssKb = Long.MAX_VALUE;
  private long highestRssKb;

  /** {@code out}: gets a line every five seconds and the account at the end. */
  public Overload(Settings settings, PrintStream out) {
    this.settings = settings;
    this.out = out;
  }

  /** Runs it; true where the processor stayed up and every total is exact. */
  public boolean run(Clock clock) throws IOException, InterruptedException {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().heapMegabytes(BROKER_MEGABYTES).start()) {
      createTopics(broker.bootstrapServers());
      Backlog load =
          new Backlog(settings.seed(), PARTITIONS, settings.backlog(), clock, counts::add);
      load.write(broker.bootstrapServers(), PREFIX, settings.backlog());
      say("backlog written: %,d events", counts.events());
      int port = freePort();
      ThrottledProcessor processor =
          new ThrottledProcessor(settings.directory(), broker.bootstrapServers(), PARTITIONS, port);
      processor.start();
      try {
        Page page = new Page(port);
        awaitStart(processor, page);
        throttle(processor, page, broker.bootstrapServers(), load);
        return catchUp(processor, page);
      } finally {
        processor.stop();
      }
    }
  }

  private void awaitStart(ThrottledProcessor processor, Page page) throws InterruptedException {
    long untilNanos = System.nanoTime() + STARTS_WITHIN.toNanos();
    while (Counts.counted(page.read()) == 0 && System.nanoTime() < untilNanos) {
      if (!processor.isAlive()) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
  }

  /** Stops and continues the process, so that it runs a tenth of the time, under a load. */
  private void throttle(
      ThrottledProcessor processor, Page page, String bootstrapServers, Backlog load)
      throws InterruptedException {
    long countedBefore = Counts.counted(page.read());
    long beforeNanos = System.nanoTime();
    long untilNanos = beforeNanos + settings.throttled().toNanos();
    CompletableFuture<Void> producing =
        CompletableFuture.runAsync(() -> produce(load, bootstrapServers, untilNanos));
    CompletableFuture<Void> sampling =
        CompletableFuture.runAsync(() -> sampleUntil(processor, page, untilNanos));
    processor.throttleUntil(untilNanos);
    producing.join();
    sampling.join();
    double seconds = (System.nanoTime() - beforeNanos) / 1e9;
    say(
        "throttled for %.0f s: %,.0f events a second came, %,.0f were counted",
        seconds,
        (counts.events() - settings.backlog()) / seconds,
        (Counts.counted(page.read()) - countedBefore) / seconds);
  }

  private void produce(Backlog load, String bootstrapServers, long untilNanos) {
    long beginNanos = System.nanoTime();
    long sent = 0;
    while (System.nanoTime() < untilNanos) {
      long due =
          (long) ((System.nanoTime() - beginNanos) / 1e9 * settings.eventsPerSecond()) - sent;
      if (due >= settings.eventsPerSecond()) {
        load.write(bootstrapServers, PREFIX, (int) due);
        sent += due;
      } else {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MS));
      }
    }
  }

  private void sampleUntil(ThrottledProcessor processor, Page page, long untilNanos) {
    try {
      while (System.nanoTime() < untilNanos && processor.isAlive()) {
        sample(processor, page.read());
        TimeUnit.MILLISECONDS.sleep(SAMPLE_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean catchUp(ThrottledProcessor processor, Page page) throws InterruptedException {
    say("let go");
    long lastCounted = -1;
    long movedNanos = System.nanoTime();
    long beganNanos = System.nanoTime();
    long beganAt = Counts.counted(page.read());
    while (processor.isAlive()
        && lastCounted < counts.events()
        && System.nanoTime() - movedNanos < STANDS_STILL.toNanos()) {
      Map<String, Double> values = page.read();
      sample(processor, values);
      long counted = Counts.counted(values);
      if (counted > lastCounted) {
        lastCounted = counted;
        movedNanos = System.nanoTime();
      }
      TimeUnit.MILLISECONDS.sleep(SAMPLE_MS);
    }
    if (!processor.isAlive()) {
      say("the processor has ended:%n%s", processor.endOfLog());
      return false;
    }
    say(
        "caught up: %,.0f events a second",
        (lastCounted - beganAt) / ((System.nanoTime() - beganNanos) / 1e9));
    Map<String, String> differences = counts.differences(page.read());
    differences.forEach((series, what) -> say("WRONG %s: %s", series, what));
    say(
        "%,d events; memory of the process %d to %d MiB, its heap at most %d; %s",
        counts.events(),
        lowestRssKb / 1024,
        highestRssKb / 1024,
        ThrottledProcessor.HEAP_MEGABYTES,
        differences.isEmpty() ? "every total is exact" : differences.size() + " are wrong");
    return differences.isEmpty();
  }

  private void sample(ThrottledProcessor processor, Map<String, Double> page) {
    if (page.isEmpty()) {
      say("(no answer)");
      return;
    }
    long rssKb = processor.residentKb();
    lowestRssKb = Math.min(lowestRssKb, rssKb);
    highestRssKb = Math.max(highestRssKb, rssKb);
    say(
        "counted %,d of %,d; lag %,.0f records, %,.0f s; memory %d MiB",
        Counts.counted(page),
        counts.events(),
        Page.sum(page, "aragora_telemetry_lag_records{"),
        Page.highest(page, "aragora_telemetry_lag_seconds{"),
        rssKb / 1024);
  }

  private static void createTopics(String bootstrapServers) {
    try (Admin admin =
        Admin.create(
            Map.<String, Object>of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
      new TopicAdmin(admin).create(new TopicAdmin.Plan(PREFIX, PARTITIONS, OptionalInt.empty()));
    } catch (ExecutionException e) {
      throw new IllegalStateException("The topics could not be created.", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while topics are created.", e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void say(String format, Object... values) {
    out.printf("%5d s  ", (System.nanoTime() - startNanos) / 1_000_000_000L);
    out.printf(format + "%n", values);
  }
}
