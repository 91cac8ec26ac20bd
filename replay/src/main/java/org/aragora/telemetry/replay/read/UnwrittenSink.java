package org.aragora.telemetry.replay.read;

import org.aragora.telemetry.counting.flow.CountSink;
import org.aragora.telemetry.counting.flow.InputRecord;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.jspecify.annotations.Nullable;

/** A sink that keeps windows alone: a replay reads ledger and totals from the counter. */
public abstract class UnwrittenSink implements CountSink {
  @Override
  public void deadLetter(InputRecord record, Decoded.Invalid why) {}

  @Override
  public void proposedEnd(byte @Nullable [] key, byte[] event) {}

  @Override
  public void ledger(MetricsKey.LedgerOf key, byte[] value) {}

  @Override
  public void total(MetricsKey.Partial key, byte[] value) {}
}
