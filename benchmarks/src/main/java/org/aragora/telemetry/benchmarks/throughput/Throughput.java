package org.aragora.telemetry.benchmarks.throughput;

import java.io.PrintStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.aragora.telemetry.schemas.topic.Topics;
import org.aragora.telemetry.testbed.broker.BrokerTopics;

/** Runs of the bare loop, the processor and a replay, in turns over one backlog. */
public final class Throughput {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final long LOOK_MS = 200;

  private final String bootstrapServers;
  private final String prefix;
  private final int partitions;
  private final Clock clock;

  /** Prepares runs over the topics under {@code prefix}, with so many partitions each. */
  public Throughput(String bootstrapServers, String prefix, int partitions, Clock clock) {
    this.bootstrapServers = bootstrapServers;
    this.prefix = prefix;
    this.partitions = partitions;
    this.clock = clock;
  }

  /** Writes the backlog, then measures. */
  public void run(long seed, int events, int runs, PrintStream out) throws InterruptedException {
    long bytes =
        new Backlog(seed, partitions, events, clock).write(bootstrapServers, prefix, events);
    out.printf("%,d events, %d bytes each on average%n", events, bytes / events);
    List<Double> bare = new ArrayList<>();
    List<Double> counted = new ArrayList<>();
    List<Double> replayed = new ArrayList<>();
    for (int run = 1; run <= runs; run++) {
      bare.add(rate(events, BareLoop.run(bootstrapServers, prefix, partitions, events)));
      forgetCounts(bootstrapServers, prefix, partitions);
      ProcessorRun.Result result =
          new ProcessorRun().run(bootstrapServers, prefix, "run-" + run, events);
      counted.add(rate(result.events(), result.nanos()));
      replayed.add(rate(events, ReplayRun.run(bootstrapServers, prefix, events)));
      out.printf(
          "run %d: bare loop %,.0f/s; processor %,.0f/s (%,.0f/s from its start); ratio %.2f;"
              + " replay %,.0f/s, %.2f of the processor%n",
          run,
          last(bare),
          last(counted),
          rate(events, result.wholeNanos()),
          last(counted) / last(bare),
          last(replayed),
          last(replayed) / last(counted));
    }
    out.printf(
        "median: bare loop %,.0f/s; processor %,.0f/s; ratio %.2f; replay %,.0f/s, %.2f of the"
            + " processor%n",
        median(bare),
        median(counted),
        median(counted) / median(bare),
        median(replayed),
        median(replayed) / median(counted));
  }

  /** Deletes the counts of earlier runs; the inputs stay. */
  public static void forgetCounts(String bootstrapServers, String prefix, int partitions)
      throws InterruptedException {
    List<String> outputs =
        List.of(Topics.METRICS.under(prefix), Topics.METRICS_WINDOWS.under(prefix));
    try (Admin admin =
        Admin.create(
            Map.<String, Object>of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
      admin.deleteTopics(outputs).all().get();
      while (admin.listTopics().names().get().stream().anyMatch(outputs::contains)) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
      }
      BrokerTopics.create(bootstrapServers, prefix, partitions);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the output topics could not be created again", e.getCause());
    }
  }

  private static double rate(long events, long nanos) {
    return events / (nanos / NANOS_PER_SECOND);
  }

  private static double last(List<Double> values) {
    return values.get(values.size() - 1);
  }

  /** The middle one of the sorted values. */
  public static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
