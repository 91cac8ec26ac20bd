package org.aragora.telemetry.replay.output;

import java.util.Comparator;
import java.util.List;
import org.aragora.telemetry.counting.metric.SeriesKey;

/**
 * A window of one series.
 *
 * @param minute minutes since 1970 of its start
 */
public record WindowId(SeriesKey series, long minute) implements Comparable<WindowId> {
  /** Series by metric, then by label values in the order of the labels. */
  public static final Comparator<SeriesKey> BY_SERIES =
      Comparator.comparing(SeriesKey::metric)
          .thenComparing(SeriesKey::labelValues, WindowId::compareLabels);

  private static final Comparator<WindowId> ORDER =
      Comparator.comparing(WindowId::series, BY_SERIES).thenComparingLong(WindowId::minute);

  @Override
  public int compareTo(WindowId other) {
    return ORDER.compare(this, other);
  }

  private static int compareLabels(List<String> a, List<String> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      int order = a.get(i).compareTo(b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.size(), b.size());
  }
}
