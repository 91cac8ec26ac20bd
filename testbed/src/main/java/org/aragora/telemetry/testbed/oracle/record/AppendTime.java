package org.aragora.telemetry.testbed.oracle.record;

import org.jspecify.annotations.Nullable;

/**
 * Append time of a partition: the maximum so far. After a hundred records in a row that lie more
 * than an hour before it, it is their maximum.
 */
public final class AppendTime {
  private static final long FAR_MS = 3_600_000;
  private static final int IN_A_ROW = 100;

  private @Nullable Long highestMs;
  private int before;
  private long highestBeforeMs;

  /** Reads the next record's timestamp and returns the append time with it. */
  public long read(long recordMs) {
    Long known = highestMs;
    long nowMs = known == null ? recordMs : Math.max(known, recordMs);
    if (recordMs < nowMs - FAR_MS) {
      highestBeforeMs = before == 0 ? recordMs : Math.max(highestBeforeMs, recordMs);
      before++;
    } else {
      before = 0;
    }
    if (before == IN_A_ROW) {
      nowMs = highestBeforeMs;
      before = 0;
    }
    highestMs = nowMs;
    return nowMs;
  }

  /** The append time, null before the first record. */
  public @Nullable Long ms() {
    return highestMs;
  }
}
