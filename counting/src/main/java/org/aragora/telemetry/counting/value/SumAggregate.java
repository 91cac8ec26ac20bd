package org.aragora.telemetry.counting.value;

import org.aragora.telemetry.counting.store.BinaryReader;

/**
 * A counter or an additive gauge. It is its sum and not one object more, as most series are such.
 */
public final class SumAggregate extends ExactSum implements Aggregate {
  public ExactSum total() {
    return this;
  }

  @Override
  public void merge(Aggregate other) {
    add((SumAggregate) other);
  }

  static SumAggregate of(BinaryReader in) {
    SumAggregate sum = new SumAggregate();
    sum.add(ExactSum.read(in));
    return sum;
  }
}
