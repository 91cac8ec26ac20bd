package org.aragora.telemetry.chaos;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Which faults there were and when. Thread-safe. */
final class FaultLog {

  /** One fault, from when it was done. */
  record Fault(FaultKind kind, long startNanos) {}

  private static final double NANOS_PER_SECOND = 1e9;

  private final List<Fault> faults = new ArrayList<>();
  private final long beginNanos = System.nanoTime();
  private final PrintStream out;

  FaultLog(PrintStream out) {
    this.out = out;
  }

  synchronized void began(FaultKind kind, String what) {
    faults.add(new Fault(kind, System.nanoTime()));
    say(kind.label() + ": " + what);
  }

  /** Tells the one who watches. */
  synchronized void say(String sentence) {
    out.printf("%7.1f s  %s%n", (System.nanoTime() - beginNanos) / NANOS_PER_SECOND, sentence);
    out.flush();
  }

  synchronized List<Fault> faults() {
    return List.copyOf(faults);
  }
}
