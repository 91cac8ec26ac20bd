package org.aragora.telemetry.counting.flow;

import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.jspecify.annotations.Nullable;

/** A sink for windows alone: its host reads ledger and totals from the counter. */
public abstract class DiscardingSink implements CountSink {
  @Override
  public void deadLetter(InputRecord record, Decoded.Invalid why) {}

  @Override
  public void proposedEnd(byte @Nullable [] key, byte[] event) {}

  @Override
  public void ledger(MetricsKey.LedgerOf key, byte[] value) {}

  @Override
  public void total(MetricsKey.Partial key, byte[] value) {}
}
