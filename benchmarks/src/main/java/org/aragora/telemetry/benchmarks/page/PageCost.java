package org.aragora.telemetry.benchmarks.page;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.aragora.telemetry.benchmarks.throughput.Throughput;
import org.aragora.telemetry.processor.ProcessorService;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.testbed.service.MetricsPage;

/**
 * CPU time and allocated bytes of the stream thread for an event, in pairs of times with and
 * without an open page while events arrive at a constant rate; and the CPU time of the page's own
 * threads. CPU time depends on what else runs on the machine. Bytes hardly do: they show if the
 * page makes the thread do more.
 */
public final class PageCost {
  private static final String STREAM = "-StreamThread-";
  private static final List<String> PAGE = List.of("aragora-page", "aragora-recent");
  private static final Duration WARM_UP = Duration.ofSeconds(30);

  private final SteadyLoad load;
  private final Duration window;
  private final PrintStream out;
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * The cost of an event to the stream thread, of the page to a core, and the events of one time.
   */
  private record Part(
      double streamMicros, double streamBytes, double pageShare, double eventsPerSecond) {}

  /** {@code window}: length of each of the two times of a pair. */
  public PageCost(SteadyLoad load, Duration window, PrintStream out) {
    this.load = load;
    this.window = window;
    this.out = out;
  }

  /** Prints each pair, the medians and the uncertainty of the mean. The load has been started. */
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
      List<Double> bytes = new ArrayList<>();
      List<Double> shares = new ArrayList<>();
      for (int i = 0; i < pairs; i++) {
        boolean openFirst = i % 2 == 1; // so that neither has the better half
        Part first = measure(port, openFirst, window);
        Part second = measure(port, !openFirst, window);
        Part open = openFirst ? first : second;
        Part closed = openFirst ? second : first;
        ratios.add(open.streamMicros() / closed.streamMicros());
        bytes.add(open.streamBytes() / closed.streamBytes());
        shares.add(open.pageShare());
        out.printf(
            "pair %d: stream thread %.2f µs and %,.0f bytes an event closed (%,.0f/s), %.2f and %,.0f"
                + " open (%,.0f/s), ratios %.3f and %.3f; page's threads %.2f %% of a core%n",
            i + 1,
            closed.streamMicros(),
            closed.streamBytes(),
            closed.eventsPerSecond(),
            open.streamMicros(),
            open.streamBytes(),
            open.eventsPerSecond(),
            ratios.get(i),
            bytes.get(i),
            100 * open.pageShare());
      }
      out.printf(
          "CPU time: median of the ratios %.3f, mean %.3f ± %.3f (two standard errors)%n"
              + "bytes: median of the ratios %.3f, mean %.3f ± %.3f%n"
              + "page's threads: median %.2f %% of a core%n",
          Throughput.median(ratios),
          mean(ratios),
          uncertainty(ratios),
          Throughput.median(bytes),
          mean(bytes),
          uncertainty(bytes),
          100 * Throughput.median(shares));
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
      long allocated = allocatedBytes();
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
      double events = MetricsPage.of(port).events("counted") - counted;
      double nanos = System.nanoTime() - startNanos;
      if (reader != null && reader.bytes() == 0) {
        throw new IllegalStateException("the stream of the page has sent nothing");
      }
      load.checkAlive();
      return new Part(
          (cpuNanos(List.of(STREAM)) - stream) / events / 1000,
          (allocatedBytes() - allocated) / events,
          open ? (cpuNanos(PAGE) - page) / nanos : 0,
          events * 1e9 / nanos);
    }
  }

  /** CPU time of the living threads whose names contain one of the parts. */
  private long cpuNanos(List<String> parts) {
    return sum(parts, threads::getThreadCpuTime);
  }

  /** Bytes that the stream thread has allocated. */
  private long allocatedBytes() {
    return sum(List.of(STREAM), threads::getThreadAllocatedBytes);
  }

  private long sum(List<String> parts, LongUnaryOperator ofThread) {
    long sum = 0;
    for (long id : threads.getAllThreadIds()) {
      ThreadInfo thread = threads.getThreadInfo(id);
      if (thread != null && parts.stream().anyMatch(thread.getThreadName()::contains)) {
        sum += Math.max(0, ofThread.applyAsLong(id));
      }
    }
    return sum;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(each -> each).average().orElse(Double.NaN);
  }

  /** Two standard errors of the mean. */
  private static double uncertainty(List<Double> values) {
    double mean = mean(values);
    double squares = values.stream().mapToDouble(each -> (each - mean) * (each - mean)).sum();
    return 2 * Math.sqrt(squares / (values.size() - 1) / values.size());
  }
}
