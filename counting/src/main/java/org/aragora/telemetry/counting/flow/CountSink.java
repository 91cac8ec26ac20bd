package org.aragora.telemetry.counting.flow;

import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.jspecify.annotations.Nullable;

/** The results of counting one input partition. */
public interface CountSink {
  /** A record that is not a valid event. Called while the record is counted. */
  void deadLetter(InputRecord record, Decoded.Invalid why);

  /**
   * An event to append to the input partition: the end of an overdue debate. It changes nothing
   * until it is read back.
   *
   * @param key key of the start's record
   */
  void proposedEnd(byte @Nullable [] key, byte[] event);

  /** The account of the partition, a {@link org.aragora.telemetry.counting.ledger.Ledger}. */
  void ledger(MetricsKey.LedgerOf key, byte[] value);

  /** A running total, a {@link org.aragora.telemetry.counting.value.PartialValue}. */
  void total(MetricsKey.Partial key, byte[] value);

  /**
   * The value of a minute, a {@link org.aragora.telemetry.counting.value.PartialValue}; the last
   * one that is given is the final one.
   */
  void window(WindowKey key, byte[] value);

  /** A series has changed. {@code series}: after the series limit was applied. */
  default void changed(SeriesKey series, Measurement measurement) {}
}
