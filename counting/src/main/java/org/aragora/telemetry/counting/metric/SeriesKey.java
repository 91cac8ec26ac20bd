package org.aragora.telemetry.counting.metric;

import java.util.ArrayList;
import java.util.List;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/**
 * One series: a metric's name and its label values, in the order of the descriptor's label names.
 *
 * @param metric name of the metric
 * @param labelValues as many as the metric has labels
 */
public record SeriesKey(String metric, List<String> labelValues) {

  /** Keeps one copy of texts that many series have. */
  public SeriesKey {
    metric = SharedText.of(metric);
    String[] values = new String[labelValues.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = SharedText.of(labelValues.get(i));
    }
    labelValues = List.of(values);
  }

  @Override
  public int hashCode() {
    return 31 * metric.hashCode() + labelValues.hashCode();
  }

  public void write(BinaryWriter out) {
    out.writeString(metric).writeUnsigned(labelValues.size());
    labelValues.forEach(out::writeString);
  }

  public static SeriesKey read(BinaryReader in) {
    String metric = in.readString();
    int count = in.readInt();
    List<String> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(in.readString());
    }
    return new SeriesKey(metric, values);
  }
}
