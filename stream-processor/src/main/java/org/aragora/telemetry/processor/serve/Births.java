package org.aragora.telemetry.processor.serve;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.aragora.telemetry.counting.metric.SeriesKey;

/** For how long each new series has been served as 0, in one life of a task. Not thread-safe. */
final class Births {
  /** Of a longer time between two looks it is not known whether anything could be scraped. */
  private static final long MAX_STEP_NANOS = Duration.ofSeconds(1).toNanos();

  private static final long TOLD = Long.MAX_VALUE;

  private final long birthNanos;
  private final Map<SeriesKey, Long> servedFromNanos = new HashMap<>();
  private long servedNanos;
  private long lastLookNanos;

  Births(Duration birth, long nowNanos) {
    this.birthNanos = birth.toNanos();
    this.lastLookNanos = nowNanos;
  }

  /**
   * Takes note that these series, and no others, are served as 0 now; call it several times a
   * second. One that is missing begins anew when it comes back.
   *
   * @return those that were served as 0 for long enough and were not returned before
   */
  List<SeriesKey> look(long nowNanos, Set<SeriesKey> servedAsZero) {
    servedNanos += Math.min(nowNanos - lastLookNanos, MAX_STEP_NANOS);
    lastLookNanos = nowNanos;
    servedFromNanos.keySet().retainAll(servedAsZero);
    List<SeriesKey> ripe = new ArrayList<>();
    for (SeriesKey series : servedAsZero) {
      long fromNanos = servedFromNanos.computeIfAbsent(series, key -> servedNanos);
      if (fromNanos != TOLD && servedNanos - fromNanos >= birthNanos) {
        ripe.add(series);
        servedFromNanos.put(series, TOLD);
      }
    }
    return ripe;
  }
}
