package org.aragora.telemetry.benchmarks.throughput;

import java.io.PrintStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * One stream thread and two, in turns over one backlog. The broker takes the same cores, so its CPU
 * time is shown beside that of the threads.
 */
public final class ThreadScaling {
  private static final List<Integer> THREADS = List.of(1, 2);

  private final String bootstrapServers;
  private final long brokerPid;
  private final int partitions;
  private final PrintStream out;

  /** Over a broker whose topics, with so many partitions, are there and empty. */
  public ThreadScaling(String bootstrapServers, long brokerPid, int partitions, PrintStream out) {
    this.bootstrapServers = bootstrapServers;
    this.brokerPid = brokerPid;
    this.partitions = partitions;
    this.out = out;
  }

  private record Figures(double perSecond, double threadMicros, double brokerMicros, double cores) {
    private static Figures of(ProcessorRun.Result result, long brokerNanos, int events) {
      return new Figures(
          result.events() / (result.nanos() / 1e9),
          result.threadNanos() / 1e3 / result.events(),
          brokerNanos / 1e3 / events,
          (double) result.threadNanos() / result.nanos());
    }
  }

  /** Writes the backlog, then measures. */
  public void run(String prefix, long seed, int events, int runs) throws InterruptedException {
    new Backlog(seed, partitions, events, Clock.systemUTC())
        .write(bootstrapServers, prefix, events);
    measure(prefix, "warm-up", events, 1);
    out.println(
        "| stream threads | events/s | their CPU, us an event | cores of it | broker's CPU |");
    out.println("| --- | --- | --- | --- | --- |");
    Map<Integer, List<Figures>> all = new TreeMap<>();
    for (int run = 1; run <= runs; run++) {
      for (int threads : THREADS) {
        Figures figures = measure(prefix, "run-" + run + "-" + threads, events, threads);
        print(Integer.toString(threads), figures);
        all.computeIfAbsent(threads, none -> new ArrayList<>()).add(figures);
      }
    }
    Figures one = median(all.getOrDefault(1, List.of()));
    Figures two = median(all.getOrDefault(2, List.of()));
    print("1, median", one);
    print("2, median", two);
    out.printf(
        "two threads, of one: %.2f in events/s; %.2f in events per CPU second of the threads, so %.2f"
            + " with a core each%n",
        two.perSecond() / one.perSecond(),
        one.threadMicros() / two.threadMicros(),
        2 * one.threadMicros() / two.threadMicros());
  }

  private Figures measure(String prefix, String applicationId, int events, int threads)
      throws InterruptedException {
    Throughput.forgetCounts(bootstrapServers, prefix, partitions);
    long before = brokerNanos();
    ProcessorRun.Result result =
        new ProcessorRun().run(bootstrapServers, prefix, applicationId, events, threads);
    return Figures.of(result, brokerNanos() - before, events);
  }

  /** From the start of a processor to its end. */
  private long brokerNanos() {
    return ProcessHandle.of(brokerPid)
        .flatMap(broker -> broker.info().totalCpuDuration())
        .orElseThrow(() -> new IllegalStateException("the broker's CPU time cannot be read"))
        .toNanos();
  }

  private static Figures median(List<Figures> runs) {
    return new Figures(
        median(runs, Figures::perSecond),
        median(runs, Figures::threadMicros),
        median(runs, Figures::brokerMicros),
        median(runs, Figures::cores));
  }

  private static double median(List<Figures> runs, ToDoubleFunction<Figures> figure) {
    return Throughput.median(runs.stream().map(figure::applyAsDouble).toList());
  }

  private void print(String name, Figures figures) {
    out.printf(
        "| %s | %,.0f | %.2f | %.2f | %.2f |%n",
        name, figures.perSecond(), figures.threadMicros(), figures.cores(), figures.brokerMicros());
  }
}
