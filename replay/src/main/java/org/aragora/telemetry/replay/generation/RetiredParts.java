package org.aragora.telemetry.replay.generation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.counting.PartitionCounter;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;

/**
 * The retired parts of a generation, over all input partitions. A series had ended if there was a
 * time at which no part of it lived, by append times; what was retired before then is left out.
 * Otherwise a series that has returned would be served with the sum of its earlier lives.
 */
final class RetiredParts {

  /**
   * The last value of a part.
   *
   * @param fromMs append time of the event that began it
   * @param toMs append time at which it was retired
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes that nobody compares or changes
  record Retired(MetricsKey.Partial key, byte[] value, long fromMs, long toMs) {}

  private final Map<SeriesKey, List<Retired>> parts = new HashMap<>();

  /** Append time since which each series lives that has retired parts. */
  private final Map<SeriesKey, Long> livingSinceMs = new HashMap<>();

  void addAll(List<Retired> retired) {
    for (Retired part : retired) {
      parts.computeIfAbsent(part.key().series(), key -> new ArrayList<>()).add(part);
    }
  }

  /** Takes in the parts that live; the retired ones of all partitions must be there. */
  void addLiving(PartitionCounter counter) {
    counter
        .totals()
        .forEach(
            (key, value) -> {
              if (parts.containsKey(key.series())) {
                livingSinceMs.merge(key.series(), value.firstSeenMs(), Math::min);
              }
            });
  }

  /** Returns those whose series has lived since, without a break. */
  List<Retired> ofLivingSeries() {
    List<Retired> living = new ArrayList<>();
    livingSinceMs.forEach(
        (series, sinceMs) -> {
          List<Retired> newestFirst = new ArrayList<>(parts.getOrDefault(series, List.of()));
          newestFirst.sort(Comparator.comparingLong(Retired::toMs).reversed());
          long fromMs = sinceMs;
          for (Retired part : newestFirst) {
            if (part.toMs() < fromMs) {
              break;
            }
            fromMs = Math.min(fromMs, part.fromMs());
            living.add(part);
          }
        });
    return living;
  }
}
