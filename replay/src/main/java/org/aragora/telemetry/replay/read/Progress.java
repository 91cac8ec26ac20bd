package org.aragora.telemetry.replay.read;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Prints the progress: one line that is overwritten on a terminal, else one line at intervals. */
public final class Progress {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long RARE_NANOS = 10 * NANOS_PER_SECOND;

  private final LongAdder offsets = new LongAdder();
  private final LongAdder records = new LongAdder();
  private final PrintStream out;
  private final boolean terminal;
  private final LongSupplier nanoClock;
  private final long totalOffsets;
  private final long startNanos;
  private long printedNanos;

  /** {@code totalOffsets}: how many there are to pass. */
  public Progress(PrintStream out, boolean terminal, LongSupplier nanoClock, long totalOffsets) {
    this.out = out;
    this.terminal = terminal;
    this.nanoClock = nanoClock;
    this.totalOffsets = totalOffsets;
    this.startNanos = nanoClock.getAsLong();
    this.printedNanos = startNanos;
  }

  /** Adds offsets and records that were passed. Thread-safe. */
  void passed(long moreOffsets, long moreRecords) {
    offsets.add(moreOffsets);
    records.add(moreRecords);
  }

  /** Prints the line, if it is due. */
  void tick() {
    long nowNanos = nanoClock.getAsLong();
    if (nowNanos - printedNanos >= (terminal ? NANOS_PER_SECOND : RARE_NANOS)) {
      printedNanos = nowNanos;
      print(line(nowNanos), false);
    }
  }

  /** Prints the last line. */
  public void finish() {
    double seconds = seconds(nanoClock.getAsLong());
    print(
        String.format(
            Locale.ROOT,
            "replay: %,d records in %.1f s, %,.0f a second",
            records.sum(),
            seconds,
            (double) records.sum() / seconds),
        true);
  }

  String line(long nowNanos) {
    double seconds = seconds(nowNanos);
    long done = offsets.sum();
    double left =
        done == 0 ? 0 : (double) Math.max(0, totalOffsets - done) * seconds / (double) done;
    return String.format(
        Locale.ROOT,
        "replay: %,d records, %d %%, %,.0f a second, %s left",
        records.sum(),
        totalOffsets == 0 ? 100 : Math.min(100, done * 100 / totalOffsets),
        (double) records.sum() / seconds,
        done == 0 ? "unknown time" : time((long) Math.ceil(left)));
  }

  private double seconds(long nowNanos) {
    return Math.max(1e-3, (double) (nowNanos - startNanos) / NANOS_PER_SECOND);
  }

  private static String time(long seconds) {
    return seconds < 120
        ? seconds + " s"
        : seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
  }

  private void print(String line, boolean last) {
    if (terminal) {
      out.print("\r" + line + "\u001b[K" + (last ? System.lineSeparator() : ""));
      out.flush();
    } else {
      out.println(line);
    }
  }
}
