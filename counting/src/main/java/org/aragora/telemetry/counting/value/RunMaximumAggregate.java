package org.aragora.telemetry.counting.value;

import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.Hash128;

/**
 * A count that each producer run reports as its own running total: the maximum of each run, summed.
 * At most {@link #MAX_RUNS} runs are kept, by their hashes, so that the value fits a record. Over
 * that the one that reported longest ago is folded into one sum.
 */
public final class RunMaximumAggregate implements Aggregate {
  static final int MAX_RUNS = 10_000;

  /** Stands in the names of runs that version 1 wrote, and in no hash. */
  private static final String VERSION_1_MARK = "#";

  /** One run's maximum, and the append time at which it was last reported. */
  private record Maximum(long value, long appendTimeMs) {
    Maximum merge(Maximum other) {
      return new Maximum(Math.max(value, other.value), Math.max(appendTimeMs, other.appendTimeMs));
    }
  }

  private final TreeMap<String, Maximum> runs = new TreeMap<>();
  private final ExactSum retired = new ExactSum();

  /** A run reported a running total. {@code run}: its source, {@code #}, its epoch. */
  public void report(String run, long value, long appendTimeMs) {
    if (value > 0) {
      runs.merge(hash(run), new Maximum(value, appendTimeMs), Maximum::merge);
      if (runs.size() > MAX_RUNS) {
        foldOldest();
      }
    }
  }

  private static String hash(String run) {
    return Hash128.of(run).text();
  }

  private void foldOldest() {
    Map.Entry<String, Maximum> oldest =
        Collections.min(
            runs.entrySet(), Comparator.comparingLong(run -> run.getValue().appendTimeMs));
    retired.add(oldest.getValue().value);
    runs.remove(oldest.getKey());
  }

  /** The sum over all runs. */
  public ExactSum total() {
    ExactSum total = new ExactSum().add(retired);
    runs.values().forEach(run -> total.add(run.value));
    return total;
  }

  @Override
  public void merge(Aggregate other) {
    RunMaximumAggregate that = (RunMaximumAggregate) other;
    that.runs.forEach((run, maximum) -> runs.merge(run, maximum, Maximum::merge));
    retired.add(that.retired);
  }

  @Override
  public void write(BinaryWriter out) {
    retired.write(out);
    out.writeUnsigned(runs.size());
    for (Map.Entry<String, Maximum> run : runs.entrySet()) {
      out.writeString(run.getKey())
          .writeUnsigned(run.getValue().value)
          .writeSigned(run.getValue().appendTimeMs);
    }
  }

  static RunMaximumAggregate read(BinaryReader in) {
    RunMaximumAggregate maximum = new RunMaximumAggregate();
    maximum.retired.add(ExactSum.read(in));
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      String run = in.readString();
      maximum.runs.put(
          run.contains(VERSION_1_MARK) ? hash(run) : run,
          new Maximum(in.readUnsigned(), in.readSigned()));
    }
    return maximum;
  }
}
