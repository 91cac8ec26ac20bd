package org.aragora.telemetry.counting.value;

import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/**
 * A gauge by event time: the value of the greatest event, whatever the order of arrival; of two
 * values of one event, the greater.
 */
public final class LatestAggregate implements Aggregate {
  private EventOrder order = EventOrder.NONE;
  private double value;

  public void offer(EventOrder candidate, double candidateValue) {
    int compared = candidate.compareTo(order);
    if (compared > 0 || (compared == 0 && Double.compare(candidateValue, value) > 0)) {
      order = candidate;
      value = candidateValue;
    }
  }

  public double value() {
    return value;
  }

  @Override
  public void merge(Aggregate other) {
    LatestAggregate that = (LatestAggregate) other;
    offer(that.order, that.value);
  }

  @Override
  public void write(BinaryWriter out) {
    order.write(out);
    out.writeDouble(value);
  }

  static LatestAggregate read(BinaryReader in) {
    LatestAggregate latest = new LatestAggregate();
    latest.order = EventOrder.read(in);
    latest.value = in.readDouble();
    return latest;
  }
}
