package org.aragora.telemetry.counting.value;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.jspecify.annotations.Nullable;

/** Numerator and denominator per minute of event time, for the last hour. */
public final class RatioAggregate implements Aggregate {
  /** Minutes that the longest window spans. */
  public static final int MINUTES = 60;

  private final TreeMap<Long, long[]> minutes = new TreeMap<>();

  /** The counts of the minute that was added to last, null if they are forgotten. */
  private long @Nullable [] last;

  private long lastMinute;

  /**
   * Counts one event.
   *
   * @param minute minutes since 1970 of its event time
   * @param hit whether it counts in the numerator too
   */
  public void add(long minute, boolean hit) {
    add(minute, hit ? 1 : 0, 1);
  }

  private void add(long minute, long numerator, long denominator) {
    long[] counts = last;
    if (counts == null || minute != lastMinute) {
      counts = minutes.computeIfAbsent(minute, m -> new long[2]);
      last = counts;
      lastMinute = minute;
    }
    counts[0] += numerator;
    counts[1] += denominator;
  }

  /** Forgets what no window that ends at {@code minute} or later takes in. */
  public void forgetBefore(long minute) {
    long first = minute - MINUTES + 1;
    if (!minutes.isEmpty() && minutes.firstKey() < first) {
      minutes.headMap(first).clear();
      last = null;
    }
  }

  /**
   * Numerator over denominator of {@code minute} and the {@code window - 1} before; empty without
   * events.
   */
  public OptionalDouble ratio(long minute, int window) {
    long numerator = 0;
    long denominator = 0;
    for (long[] counts : minutes.subMap(minute - window + 1, minute + 1).values()) {
      numerator += counts[0];
      denominator += counts[1];
    }
    return denominator == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) numerator / denominator);
  }

  @Override
  public void merge(Aggregate other) {
    ((RatioAggregate) other).minutes.forEach((minute, c) -> add(minute, c[0], c[1]));
  }

  @Override
  public void write(BinaryWriter out) {
    out.writeUnsigned(minutes.size());
    for (Map.Entry<Long, long[]> minute : minutes.entrySet()) {
      out.writeSigned(minute.getKey())
          .writeUnsigned(minute.getValue()[0])
          .writeUnsigned(minute.getValue()[1]);
    }
  }

  static RatioAggregate read(BinaryReader in) {
    RatioAggregate ratio = new RatioAggregate();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      ratio.add(in.readSigned(), in.readUnsigned(), in.readUnsigned());
    }
    return ratio;
  }
}
