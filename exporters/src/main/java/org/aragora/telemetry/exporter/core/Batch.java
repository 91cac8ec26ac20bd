package org.aragora.telemetry.exporter.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Records that are sent together, and how often they were. */
final class Batch<P> {

  final List<Unit<P>> units = new ArrayList<>();
  final long openedAtNanos;
  int attempts;
  private long bytes;

  Batch(long openedAtNanos) {
    this.openedAtNanos = openedAtNanos;
  }

  void add(Unit<P> unit) {
    units.add(unit);
    bytes += unit.bytes;
  }

  long bytes() {
    return bytes;
  }

  /** Spans or lines. */
  int items() {
    int items = 0;
    for (Unit<P> unit : units) {
      items += unit.items;
    }
    return items;
  }

  int size() {
    return units.size();
  }

  List<P> payloads() {
    List<P> payloads = new ArrayList<>(units.size());
    for (Unit<P> unit : units) {
      payloads.add(unit.payload);
    }
    return payloads;
  }

  /** Takes out what fails the test and gives it back. */
  List<Unit<P>> removeUnless(Predicate<Unit<P>> keep) {
    List<Unit<P>> removed = new ArrayList<>();
    units.removeIf(
        unit -> {
          if (keep.test(unit)) {
            return false;
          }
          bytes -= unit.bytes;
          removed.add(unit);
          return true;
        });
    return removed;
  }

  /** Two halves, in order; the first is the larger one. */
  List<Batch<P>> halves() {
    int middle = (units.size() + 1) / 2;
    return List.of(part(0, middle), part(middle, units.size()));
  }

  private Batch<P> part(int from, int to) {
    Batch<P> part = new Batch<>(openedAtNanos);
    units.subList(from, to).forEach(part::add);
    return part;
  }
}
