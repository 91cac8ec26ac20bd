package org.aragora.telemetry.processor.serve;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Times how long each of some series is served without a change, in one life of a task. Not
 * thread-safe.
 */
final class ServedTimer<K> {
  /** A longer gap between two polls may have had no scrape, so it counts as this much. */
  private static final long MAX_STEP_NANOS = Duration.ofSeconds(1).toNanos();

  private static final long RETURNED = Long.MAX_VALUE;

  private final long durationNanos;
  private final Map<K, Long> servedFromNanos = new HashMap<>();
  private long servedNanos;
  private long lastPollNanos;

  ServedTimer(Duration duration, long nowNanos) {
    this.durationNanos = duration.toNanos();
    this.lastPollNanos = nowNanos;
  }

  /**
   * Records that these series, and no others, are served so now; call it several times a second.
   * The time of a series that is missing starts again when the series returns.
   *
   * @return the series that were served so for long enough and were not returned before
   */
  List<K> refresh(long nowNanos, Set<K> served) {
    servedNanos += Math.min(nowNanos - lastPollNanos, MAX_STEP_NANOS);
    lastPollNanos = nowNanos;
    servedFromNanos.keySet().retainAll(served);
    List<K> done = new ArrayList<>();
    for (K series : served) {
      long fromNanos = servedFromNanos.computeIfAbsent(series, key -> servedNanos);
      if (fromNanos != RETURNED && servedNanos - fromNanos >= durationNanos) {
        done.add(series);
        servedFromNanos.put(series, RETURNED);
      }
    }
    return done;
  }
}
