package org.aragora.telemetry.processor.serve;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.aragora.telemetry.counting.metric.SeriesKey;

/** Times how long each new series is served as 0, in one life of a task. Not thread-safe. */
final class ZeroServedTimer {
  /** A longer gap between two polls may have had no scrape, so it counts as this much. */
  private static final long MAX_STEP_NANOS = Duration.ofSeconds(1).toNanos();

  private static final long RETURNED = Long.MAX_VALUE;

  private final long birthNanos;
  private final Map<SeriesKey, Long> servedFromNanos = new HashMap<>();
  private long servedNanos;
  private long lastPollNanos;

  ZeroServedTimer(Duration birth, long nowNanos) {
    this.birthNanos = birth.toNanos();
    this.lastPollNanos = nowNanos;
  }

  /**
   * Records that these series, and no others, are served as 0 now; call it several times a second.
   * The time of a series that is missing starts again when the series returns.
   *
   * @return the series that were served as 0 for long enough and were not returned before
   */
  List<SeriesKey> refresh(long nowNanos, Set<SeriesKey> servedAsZero) {
    servedNanos += Math.min(nowNanos - lastPollNanos, MAX_STEP_NANOS);
    lastPollNanos = nowNanos;
    servedFromNanos.keySet().retainAll(servedAsZero);
    List<SeriesKey> ripe = new ArrayList<>();
    for (SeriesKey series : servedAsZero) {
      long fromNanos = servedFromNanos.computeIfAbsent(series, key -> servedNanos);
      if (fromNanos != RETURNED && servedNanos - fromNanos >= birthNanos) {
        ripe.add(series);
        servedFromNanos.put(series, RETURNED);
      }
    }
    return ripe;
  }
}
