package org.aragora.telemetry.counting.ingest;

import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.counting.flow.BrokenInvariantException;

/**
 * The numbers of one producer run that have been counted: all up to the highest, but for the open
 * gaps. Mutable.
 */
final class Run {
  /** Stores the changes of the gaps when a number is marked. */
  interface GapListener {
    void opened(long first, long last);

    void removed(long first);
  }

  private final TreeMap<Long, Long> gaps = new TreeMap<>();
  private final int maxGaps;
  private long highest;
  private long counted;
  private long lastAppendMs;
  private long lastOffset;

  Run(int maxGaps, long highest, long counted, long lastAppendMs, long lastOffset) {
    this.maxGaps = maxGaps;
    this.highest = highest;
    this.counted = counted;
    this.lastAppendMs = lastAppendMs;
    this.lastOffset = lastOffset;
  }

  void restoreGap(long first, long last) {
    gaps.put(first, last);
  }

  boolean isCounted(long seq) {
    if (seq > highest) {
      return false;
    }
    Map.Entry<Long, Long> gap = gaps.floorEntry(seq);
    return gap == null || gap.getValue() < seq;
  }

  /**
   * Marks a number that is not counted yet.
   *
   * @return gaps that had to be closed because there were too many
   */
  int mark(long seq, GapListener listener) {
    counted++;
    if (seq > highest) {
      if (seq > highest + 1) {
        open(highest + 1, seq - 1, listener);
      }
      highest = seq;
      return closeOldest(listener);
    }
    Map.Entry<Long, Long> gap = gaps.floorEntry(seq);
    if (gap == null || gap.getValue() < seq) {
      throw new BrokenInvariantException("number " + seq + " of a run was counted before");
    }
    long first = gap.getKey();
    long last = gap.getValue();
    gaps.remove(first);
    listener.removed(first);
    if (first < seq) {
      open(first, seq - 1, listener);
    }
    if (seq < last) {
      open(seq + 1, last, listener);
    }
    return closeOldest(listener);
  }

  private void open(long first, long last, GapListener listener) {
    gaps.put(first, last);
    listener.opened(first, last);
  }

  private int closeOldest(GapListener listener) {
    int closed = 0;
    while (gaps.size() > maxGaps) {
      listener.removed(gaps.pollFirstEntry().getKey());
      closed++;
    }
    return closed;
  }

  void touch(long appendMs, long offset) {
    lastAppendMs = appendMs;
    lastOffset = offset;
  }

  /** Numbers from 1 to the highest that have not been counted. */
  long missing() {
    return highest - counted;
  }

  Iterable<Long> gapStarts() {
    return gaps.keySet();
  }

  long highest() {
    return highest;
  }

  long counted() {
    return counted;
  }

  long lastAppendMs() {
    return lastAppendMs;
  }

  /** Offset of its last event; 0 if that was counted by a release that did not keep it. */
  long lastOffset() {
    return lastOffset;
  }
}
