package org.aragora.telemetry.counting;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.aragora.telemetry.counting.aggregate.Aggregation;
import org.aragora.telemetry.counting.flow.CountedEvent;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.flow.Measurement;
import org.aragora.telemetry.counting.ingest.Ingest;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.measure.MetricCatalog;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.counting.value.PartialValue;
import org.jspecify.annotations.Nullable;

/**
 * Counts one input partition: a function of its records alone. The host decides where results go.
 * Reads its stores when it is opened and writes them when the host asks for it; not thread-safe.
 */
public final class PartitionCounter {
  private final Ingest ingest;
  private final MetricCatalog catalog;
  private final Aggregation aggregation;
  private final Consumer<Measurement> apply;
  private final List<WriteBehind> stores;

  PartitionCounter(
      Ingest ingest, MetricCatalog catalog, Aggregation aggregation, List<WriteBehind> stores) {
    this.ingest = ingest;
    this.catalog = catalog;
    this.aggregation = aggregation;
    this.apply = aggregation::apply;
    this.stores = stores;
  }

  /** Counts one record; records come in the order of their offsets. */
  public void accept(InputRecord record) {
    CountedEvent event = ingest.judge(record);
    aggregation.moveTo(ingest.ledger().appendTimeMs(), record.offset() + 1);
    if (event != null) {
      aggregation.advance(event);
      catalog.measure(event, apply);
    }
  }

  /**
   * Writes all that has changed, as absolute values: totals and windows, proposed ends, ledger. It
   * is one pass, so that no commit lies between a ledger and the totals that it accounts for. The
   * ledger comes last: a reader that has its time has all that was counted by then, as heartbeats.
   *
   * @param appendMs append time of the partition, which may have advanced beyond its last record
   * @param readToEnd if every record of the partition is read, as the broker reports
   */
  public void writeOut(long appendMs, boolean readToEnd) {
    aggregation.writeOut();
    ingest.writeOut(appendMs, readToEnd);
  }

  /**
   * Writes all that has changed to the stores, each value once. It has to precede the commit of the
   * offsets that were counted; until then, memory alone has the changes.
   */
  public void store() {
    stores.forEach(WriteBehind::write);
  }

  /** The append time that the partition had reached when it was stored or counted last. */
  public long appendTimeMs() {
    return ingest.appendTimeMs();
  }

  /** The account so far. Live: it goes on to change. */
  public Ledger ledger() {
    return ingest.ledger();
  }

  /**
   * The running totals as they are now by the keys of their records, in the order of the series'
   * bytes. What was retired is not among them: a sink has taken its last value.
   */
  public Map<MetricsKey.Partial, PartialValue> totals() {
    return aggregation.totals();
  }

  /** The running total of a part, null if it is not the living part of its series. */
  public @Nullable PartialValue total(SeriesKey series, long incarnation) {
    return aggregation.total(series, incarnation);
  }

  /** The open window of a series that starts at a minute since 1970, null if there is none. */
  public @Nullable PartialValue window(SeriesKey series, long minute) {
    return aggregation.window(series, minute);
  }
}
