package org.aragora.telemetry.counting.value;

import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/**
 * A count that each producer run reports as its own running total: the maximum of each run, summed.
 * Runs that have been silent for long enough are folded into one sum, so that the value stays
 * small.
 */
public final class RunMaximumAggregate implements Aggregate {

  /** One run's maximum, and the append time at which it was last reported. */
  private record Maximum(long value, long appendTimeMs) {
    Maximum merge(Maximum other) {
      return new Maximum(Math.max(value, other.value), Math.max(appendTimeMs, other.appendTimeMs));
    }
  }

  private final TreeMap<String, Maximum> runs = new TreeMap<>();
  private final ExactSum retired = new ExactSum();

  /** A run reported a running total. */
  public void report(String run, long value, long appendTimeMs) {
    if (value > 0) {
      runs.merge(run, new Maximum(value, appendTimeMs), Maximum::merge);
    }
  }

  /** Folds the runs that were last reported before an append time. */
  public void retireBefore(long appendTimeMs) {
    for (Iterator<Maximum> i = runs.values().iterator(); i.hasNext(); ) {
      Maximum run = i.next();
      if (run.appendTimeMs < appendTimeMs) {
        retired.add(run.value);
        i.remove();
      }
    }
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
      maximum.runs.put(in.readString(), new Maximum(in.readUnsigned(), in.readSigned()));
    }
    return maximum;
  }
}
