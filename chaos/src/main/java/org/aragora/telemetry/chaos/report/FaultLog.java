package org.aragora.telemetry.chaos.report;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.aragora.telemetry.chaos.settings.FaultKind;

/** Log of the faults of a run. Thread-safe. */
public final class FaultLog {

  /** One fault and its begin. */
  public record Fault(FaultKind kind, long startNanos) {}

  private static final double NANOS_PER_SECOND = 1e9;

  private final List<Fault> faults = new ArrayList<>();
  private final long beginNanos = System.nanoTime();
  private final PrintStream out;

  /** Prints every line to {@code out}. */
  public FaultLog(PrintStream out) {
    this.out = out;
  }

  /** Records that a fault begins. */
  public synchronized void began(FaultKind kind, String what) {
    faults.add(new Fault(kind, System.nanoTime()));
    print(kind.label() + ": " + what);
  }

  /** Prints a line with the time since the begin. */
  public synchronized void print(String sentence) {
    out.printf("%7.1f s  %s%n", (System.nanoTime() - beginNanos) / NANOS_PER_SECOND, sentence);
    out.flush();
  }

  /** All faults so far, in order. */
  public synchronized List<Fault> faults() {
    return List.copyOf(faults);
  }
}
