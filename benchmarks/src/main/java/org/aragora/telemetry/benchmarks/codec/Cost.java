package org.aragora.telemetry.benchmarks.codec;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;
import org.aragora.telemetry.benchmarks.throughput.Throughput;

/** CPU time of this thread and its allocated bytes for one event, round by round. */
final class Cost {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int REPEATED = 100;

  private final List<Double> nanos = new ArrayList<>();
  private long bytes;
  private long checksum;

  /** Measures one more round of {@code work} on each of so many events. */
  void add(IntUnaryOperator work, int events) {
    long bytesBefore = THREADS.getCurrentThreadAllocatedBytes();
    long before = THREADS.getCurrentThreadCpuTime();
    for (int n = 0; n < REPEATED; n++) {
      for (int i = 0; i < events; i++) {
        checksum += work.applyAsInt(i);
      }
    }
    long after = THREADS.getCurrentThreadCpuTime();
    bytes = (THREADS.getCurrentThreadAllocatedBytes() - bytesBefore) / REPEATED / events;
    nanos.add((after - before) / (double) REPEATED / events);
  }

  /** The median of the rounds. */
  double nanos() {
    if (checksum == 0) {
      throw new IllegalStateException("nothing was measured");
    }
    return Throughput.median(nanos);
  }

  /** The median of the ratios of rounds that alternated, with the least and the most. */
  String ratioTo(Cost other) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < nanos.size(); i++) {
      ratios.add(nanos.get(i) / other.nanos.get(i));
    }
    ratios.sort(null);
    return String.format(
        Locale.ROOT,
        "%.2f %.2f-%.2f",
        Throughput.median(ratios),
        ratios.get(0),
        ratios.get(ratios.size() - 1));
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.0f/%d B", nanos(), bytes);
  }
}
