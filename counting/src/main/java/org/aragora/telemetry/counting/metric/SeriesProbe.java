package org.aragora.telemetry.counting.metric;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A series to look up, which can be set again for each event, so that finding a known series makes
 * no object. It equals the {@link SeriesKey} of the same series and has its hash, but not the other
 * way round: a map takes it for {@code get} alone. Not thread-safe.
 */
public final class SeriesProbe {
  private final String metric;
  private final @Nullable String[] labelValues;

  /** {@code labels}: number of labels of the metric. */
  public SeriesProbe(String metric, int labels) {
    this.metric = metric;
    this.labelValues = new String[labels];
  }

  /** A probe of a given series. */
  public static SeriesProbe of(String metric, List<String> labelValues) {
    SeriesProbe probe = new SeriesProbe(metric, labelValues.size());
    for (int i = 0; i < labelValues.size(); i++) {
      probe.set(i, labelValues.get(i));
    }
    return probe;
  }

  /** Sets the value of a label. */
  public void set(int label, String value) {
    labelValues[label] = value;
  }

  /** The key of the series that is set. */
  public SeriesKey toKey() {
    return new SeriesKey(metric, List.of(labelValues));
  }

  /** That of the key: a list of the values has the hash of their array. */
  @Override
  public int hashCode() {
    return 31 * metric.hashCode() + Arrays.hashCode(labelValues);
  }

  @SuppressWarnings("EqualsUnsafeCast") // a key is what a map compares it with
  @Override
  public boolean equals(@Nullable Object other) {
    if (!(other instanceof SeriesKey key)
        || !key.metric().equals(metric)
        || key.labels() != labelValues.length) {
      return false;
    }
    for (int i = 0; i < labelValues.length; i++) {
      if (!key.labelValue(i).equals(labelValues[i])) {
        return false;
      }
    }
    return true;
  }
}
