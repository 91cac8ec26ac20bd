package org.aragora.telemetry.exporter.loop;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.aragora.telemetry.exporter.backend.StreamTime;
import org.aragora.telemetry.exporter.partition.PendingRecord;
import org.jspecify.annotations.Nullable;

/** Records that are sent together, with the number of attempts. */
final class Batch<P> {

  final List<PendingRecord<P>> records = new ArrayList<>();
  final long openedAtNanos;
  int attempts;
  private final Function<P, @Nullable StreamTime> order;
  private final StreamSpans spans = new StreamSpans();
  private long bytes;

  /**
   * @param order stream and time of a payload, null if its order does not matter
   */
  Batch(long openedAtNanos, Function<P, @Nullable StreamTime> order) {
    this.openedAtNanos = openedAtNanos;
    this.order = order;
  }

  /** True if the record is near enough in time to the others of its stream. */
  boolean fits(PendingRecord<P> record) {
    return spans.fits(order.apply(record.payload()));
  }

  /** True if this batch may be sent while the other is not settled. */
  boolean mayPass(Batch<P> unsettled) {
    return spans.mayPass(unsettled.spans);
  }

  void add(PendingRecord<P> record) {
    spans.add(order.apply(record.payload()));
    records.add(record);
    bytes += record.bytes();
  }

  long bytes() {
    return bytes;
  }

  /** Number of spans or lines. */
  int items() {
    int items = 0;
    for (PendingRecord<P> record : records) {
      items += record.items();
    }
    return items;
  }

  int size() {
    return records.size();
  }

  boolean isEmpty() {
    return records.isEmpty();
  }

  List<P> payloads() {
    List<P> payloads = new ArrayList<>(records.size());
    for (PendingRecord<P> record : records) {
      payloads.add(record.payload());
    }
    return payloads;
  }

  /** Number of records per topic. */
  Map<String, Integer> sizeByTopic() {
    Map<String, Integer> sizes = new HashMap<>();
    for (PendingRecord<P> record : records) {
      sizes.merge(record.record().topic(), 1, Integer::sum);
    }
    return sizes;
  }

  /** Removes and returns the records that match. */
  List<PendingRecord<P>> removeIf(Predicate<PendingRecord<P>> filter) {
    List<PendingRecord<P>> removed = new ArrayList<>();
    records.removeIf(
        record -> {
          if (!filter.test(record)) {
            return false;
          }
          bytes -= record.bytes();
          removed.add(record);
          return true;
        });
    return removed;
  }

  /** Two halves, in order; the first is the larger one. */
  List<Batch<P>> halves() {
    int middle = (records.size() + 1) / 2;
    return List.of(part(0, middle), part(middle, records.size()));
  }

  private Batch<P> part(int from, int to) {
    Batch<P> part = new Batch<>(openedAtNanos, order);
    records.subList(from, to).forEach(part::add);
    return part;
  }
}
