package org.aragora.telemetry.replay.read;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.PartialValue;

/** The parts of series that counting has retired, merged by series. Not thread-safe. */
public final class RetiredTotals {
  private final Map<String, MetricDescriptor> metrics = new HashMap<>();
  private final Map<SeriesKey, Aggregate> sums = new HashMap<>();

  RetiredTotals(Collection<MetricDescriptor> metrics) {
    metrics.forEach(metric -> this.metrics.put(metric.name(), metric));
  }

  /** Takes in a total that a counter has written, if it is the last one of its part. */
  void add(MetricsKey.Partial key, byte[] value) {
    PartialValue part = PartialValue.fromBytes(value);
    if (part.isRetired()) {
      MetricDescriptor metric = metric(key.series());
      sums.computeIfAbsent(key.series(), series -> Aggregate.zero(metric)).merge(part.read(metric));
    }
  }

  private MetricDescriptor metric(SeriesKey series) {
    return Objects.requireNonNull(metrics.get(series.metric()), series.metric());
  }

  void save(DataOutputStream out) throws IOException {
    out.writeInt(sums.size());
    for (Map.Entry<SeriesKey, Aggregate> sum : sums.entrySet()) {
      BinaryWriter bytes = new BinaryWriter();
      sum.getKey().write(bytes);
      sum.getValue().write(bytes);
      out.writeInt(bytes.toBytes().length);
      out.write(bytes.toBytes());
    }
  }

  void restore(DataInputStream in) throws IOException {
    for (int left = in.readInt(); left > 0; left--) {
      BinaryReader bytes = new BinaryReader(in.readNBytes(in.readInt()));
      SeriesKey series = SeriesKey.read(bytes);
      sums.put(series, Aggregate.read(metric(series), bytes));
    }
  }

  /** The sum of each series. */
  public Map<SeriesKey, Aggregate> sums() {
    return sums;
  }
}
