package org.aragora.telemetry.counting.aggregate;

import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.StoredMap.Entry;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.PartialValue;
import org.jspecify.annotations.Nullable;

/** The value of one series so far, in total or in one minute, as one task has it. Mutable. */
final class Tally {
  /** {@link #changedMs} of a value that version 1 stored without it. */
  static final long UNKNOWN = Long.MIN_VALUE;

  private static final int VERSION = 2;

  /**
   * The event that began a series in its task.
   *
   * @param firstSeenMs its append time; of a window 0
   * @param startsAtValue if the series need not be served as 0 first
   * @param incarnation see {@link org.aragora.telemetry.counting.metric.MetricsKey.Partial}
   */
  record Beginning(long firstSeenMs, boolean startsAtValue, long incarnation) {
    static final Beginning OF_WINDOW = new Beginning(0, true, 0);
  }

  /**
   * The bytes of a tally in a store.
   *
   * @param changedMs append time of the partition when it changed last
   */
  record Stored(long changedMs, long incarnation, PartialValue value) {
    /** Reads what {@link Tally#write} wrote, in this release or an earlier one. */
    static Stored read(BinaryReader in) {
      int version = in.readVersion(VERSION, "the value of a series in a store");
      return version == 1
          ? new Stored(UNKNOWN, 0, PartialValue.readFields(in))
          : new Stored(in.readSigned(), in.readUnsigned(), PartialValue.readFields(in));
    }
  }

  final MetricDescriptor metric;
  final Aggregate value;

  /** See {@link Beginning}, whose fields these are: an object less for each tally. */
  private final long firstSeenMs;

  private final long incarnation;
  private final boolean startsAtValue;

  /** If its metric was at the series limit when it began; it is served in {@code other}. */
  boolean overLimit;

  boolean changed;
  boolean retired;
  long nextOffset;
  long changedMs;

  /** Append time at which {@link Lifetimes} looks at it next. */
  long dueMs = Long.MAX_VALUE;

  /** Of a total: its window that took an event last, null if there is none or it is closed. */
  @Nullable Entry<Windows.Key, Tally> window;

  /** Of a window: the total that has it as {@link #window}, or had. */
  @Nullable Tally total;

  Tally(MetricDescriptor metric, Aggregate value, Beginning beginning) {
    this.metric = metric;
    this.value = value;
    this.firstSeenMs = beginning.firstSeenMs;
    this.incarnation = beginning.incarnation;
    this.startsAtValue = beginning.startsAtValue;
  }

  /** The tally that a store holds. */
  static Tally of(MetricDescriptor metric, Stored stored) {
    PartialValue value = stored.value();
    Tally tally =
        new Tally(
            metric,
            value.read(metric),
            new Beginning(value.firstSeenMs(), value.startsAtValue(), stored.incarnation()));
    tally.overLimit = value.isOverLimit();
    tally.nextOffset = value.nextOffset();
    tally.changedMs = stored.changedMs();
    return tally;
  }

  long incarnation() {
    return incarnation;
  }

  /** Appends what the store holds: {@link Stored}. */
  void write(BinaryWriter out) {
    out.writeByte(VERSION).writeSigned(changedMs).writeUnsigned(incarnation);
    PartialValue.writeFields(out, metric, nextOffset, firstSeenMs, flags(), value);
  }

  /** Appends what the topics hold: a {@link PartialValue}. */
  void writePartial(BinaryWriter out) {
    PartialValue.write(out, metric, nextOffset, firstSeenMs, flags(), value);
  }

  private int flags() {
    return (startsAtValue ? PartialValue.STARTS_AT_VALUE : 0)
        | (retired ? PartialValue.RETIRED : 0)
        | (overLimit ? PartialValue.OVER_LIMIT : 0);
  }
}
