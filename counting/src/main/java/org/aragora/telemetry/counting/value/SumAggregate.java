package org.aragora.telemetry.counting.value;

import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/** A counter or an additive gauge. */
public final class SumAggregate implements Aggregate {
  private final ExactSum total = new ExactSum();

  public void add(long amount) {
    total.add(amount);
  }

  public ExactSum total() {
    return total;
  }

  @Override
  public void merge(Aggregate other) {
    total.add(((SumAggregate) other).total);
  }

  @Override
  public void write(BinaryWriter out) {
    total.write(out);
  }

  static SumAggregate read(BinaryReader in) {
    SumAggregate sum = new SumAggregate();
    sum.total.add(ExactSum.read(in));
    return sum;
  }
}
