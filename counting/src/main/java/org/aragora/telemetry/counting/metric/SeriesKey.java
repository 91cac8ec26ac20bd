package org.aragora.telemetry.counting.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.jspecify.annotations.Nullable;

/**
 * One series: a metric's name and its label values, in the order of the descriptor's label names.
 * Not a record, because there are many: an array takes less than a list.
 */
public final class SeriesKey {
  private final String metric;
  private final String[] labelValues;

  /**
   * Keeps one copy of texts that many series have.
   *
   * @param metric name of the metric
   * @param labelValues as many as the metric has labels
   */
  public SeriesKey(String metric, List<String> labelValues) {
    this(metric, labelValues.toArray(String[]::new));
  }

  private SeriesKey(String metric, String[] ownValues) {
    this.metric = SharedText.of(metric);
    for (int i = 0; i < ownValues.length; i++) {
      ownValues[i] = SharedText.of(ownValues[i]);
    }
    this.labelValues = ownValues;
  }

  public String metric() {
    return metric;
  }

  /** The values, which cannot be changed. */
  public List<String> labelValues() {
    return Collections.unmodifiableList(Arrays.asList(labelValues));
  }

  int labels() {
    return labelValues.length;
  }

  String labelValue(int label) {
    return labelValues[label];
  }

  public void write(BinaryWriter out) {
    out.writeString(metric).writeUnsigned(labelValues.length);
    for (String value : labelValues) {
      out.writeString(value);
    }
  }

  public static SeriesKey read(BinaryReader in) {
    String metric = in.readString();
    int count = in.readInt();
    List<String> values = new ArrayList<>(); // an array only once the bytes had them
    for (int i = 0; i < count; i++) {
      values.add(in.readString());
    }
    return new SeriesKey(metric, values);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this
        || (other instanceof SeriesKey that
            && metric.equals(that.metric)
            && Arrays.equals(labelValues, that.labelValues));
  }

  @Override
  public int hashCode() {
    return 31 * metric.hashCode() + Arrays.hashCode(labelValues);
  }

  @Override
  public String toString() {
    return "SeriesKey[metric=" + metric + ", labelValues=" + Arrays.toString(labelValues) + "]";
  }
}
