package org.aragora.telemetry.benchmarks.page;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.processor.ProcessorService;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.testbed.service.MetricsPage;

/**
 * CPU time of the stream thread for an event, in pairs of times with and without an open page while
 * events arrive at a constant rate; and the CPU time of the page's own threads.
 */
public final class PageCost {
  private static final String STREAM = "-StreamThread-";
  private static final List<String> PAGE = List.of("aragora-page", "aragora-recent");
  private static final Duration WARM_UP = Duration.ofSeconds(30);

  private final SteadyLoad load;
  private final Duration window;
  private final PrintStream out;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

  /** CPU time and events of one time. */
  private record Part(double streamMicrosPerEvent, double pageShare, double eventsPerSecond) {}

  /** {@code window}: length of each of the two times of a pair. */
  public PageCost(SteadyLoad load, Duration window, PrintStream out) {
    this.load = load;
    this.window = window;
    this.out = out;
  }

  /** Prints each pair and the medians. The load has been started. */
  public void run(Map<String, String> environment, int pairs)
      throws IOException, InterruptedException {
    try (ProcessorService processor = ProcessorService.start(ProcessorConfig.read(environment))) {
      int port = processor.metricsPort();
      while (MetricsPage.of(port).events("counted") == 0) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
      measure(port, true, WARM_UP);
      out.printf("%,d series%n", MetricsPage.of(port).samples().size());
      List<Double> ratios = new ArrayList<>();
      List<Double> shares = new ArrayList<>();
      for (int i = 0; i < pairs; i++) {
        boolean openFirst = i % 2 == 1; // so that neither has the better half
        Part first = measure(port, openFirst, window);
        Part second = measure(port, !openFirst, window);
        Part open = openFirst ? first : second;
        Part closed = openFirst ? second : first;
        ratios.add(open.streamMicrosPerEvent() / closed.streamMicrosPerEvent());
        shares.add(open.pageShare());
        out.printf(
            "pair %d: stream thread %.2f µs an event closed (%,.0f/s), %.2f open (%,.0f/s), ratio"
                + " %.3f; page's threads %.2f %% of a core%n",
            i + 1,
            closed.streamMicrosPerEvent(),
            closed.eventsPerSecond(),
            open.streamMicrosPerEvent(),
            open.eventsPerSecond(),
            ratios.get(i),
            100 * open.pageShare());
      }
      out.printf(
          "medians: ratio %.3f, page's threads %.2f %% of a core%n",
          median(ratios), 100 * median(shares));
    }
  }

  private Part measure(int port, boolean open, Duration time)
      throws IOException, InterruptedException {
    try (PageReader reader = open ? new PageReader(port) : null) {
      TimeUnit.SECONDS.sleep(2); // the page's threads of the last time end or begin
      long startNanos = System.nanoTime();
      double counted = MetricsPage.of(port).events("counted");
      long stream = cpuNanos(List.of(STREAM));
      long page = cpuNanos(PAGE);
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
      double events = MetricsPage.of(port).events("counted") - counted;
      double nanos = System.nanoTime() - startNanos;
      if (reader != null && reader.bytes() == 0) {
        throw new IllegalStateException("the stream of the page has sent nothing");
      }
      load.checkAlive();
      return new Part(
          (cpuNanos(List.of(STREAM)) - stream) / events / 1000,
          open ? (cpuNanos(PAGE) - page) / nanos : 0,
          events * 1e9 / nanos);
    }
  }

  /** CPU time of the living threads whose names contain one of the parts. */
  private long cpuNanos(List<String> parts) {
    long sum = 0;
    for (long id : threads.getAllThreadIds()) {
      ThreadInfo thread = threads.getThreadInfo(id);
      if (thread != null && parts.stream().anyMatch(thread.getThreadName()::contains)) {
        sum += Math.max(0, threads.getThreadCpuTime(id));
      }
    }
    return sum;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
