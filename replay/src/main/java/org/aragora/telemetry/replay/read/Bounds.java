package org.aragora.telemetry.replay.read;

/**
 * The range of offsets to replay of one input partition.
 *
 * @param from first offset
 * @param to offset after the last
 */
public record Bounds(long from, long to) {

  /** Offsets between the bounds; some of them may have no record. */
  public long offsets() {
    return Math.max(0, to - from);
  }
}
