package org.aragora.telemetry.counting.ledger;

import java.time.Duration;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/**
 * The append time of a partition: a running maximum that follows a broker's clock when that is set
 * back. A function of the records alone. Mutable.
 */
final class AppendTime {
  /** Records in a row that have to lie {@link #DISTANCE} before the maximum to set it back. */
  static final int PROOF = 100;

  static final Duration DISTANCE = Duration.ofHours(1);

  private long maximumMs = Ledger.NO_TIME;
  private int behind;
  private long behindMaximumMs = Ledger.NO_TIME;

  long ms() {
    return maximumMs;
  }

  /** Takes in a record; returns true if the maximum was set back. */
  boolean record(long appendMs) {
    if (maximumMs == Ledger.NO_TIME || appendMs >= maximumMs - DISTANCE.toMillis()) {
      maximumMs = Math.max(maximumMs, appendMs);
      behind = 0;
      behindMaximumMs = Ledger.NO_TIME;
      return false;
    }
    behind++;
    behindMaximumMs = Math.max(behindMaximumMs, appendMs);
    if (behind < PROOF) {
      return false;
    }
    maximumMs = behindMaximumMs;
    behind = 0;
    behindMaximumMs = Ledger.NO_TIME;
    return true;
  }

  void write(BinaryWriter out) {
    out.writeSigned(maximumMs).writeUnsigned(behind).writeSigned(behindMaximumMs);
  }

  /** {@code version}: of the ledger around it. */
  void read(int version, BinaryReader in) {
    maximumMs = in.readSigned();
    if (version >= 2) {
      behind = in.readInt();
      behindMaximumMs = in.readSigned();
    }
  }
}
