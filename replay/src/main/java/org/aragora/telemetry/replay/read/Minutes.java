package org.aragora.telemetry.replay.read;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.aragora.telemetry.counting.flow.Measurement;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.value.Aggregate;

/**
 * The changes of each series in each minute of event time, late events too. Merging is exact, so
 * the minutes of all partitions can be put together in any order. Not thread-safe.
 */
public final class Minutes {
  private final Map<SeriesKey, NavigableMap<Long, Aggregate>> series = new HashMap<>();

  /** Applies a change of a series to the minute of its event. */
  void add(SeriesKey key, Measurement measurement) {
    long minute = Times.minute(measurement.event().timeNanos());
    measurement.applyTo(minute(key, measurement.metric(), minute));
  }

  /** The value of a series in a minute since 1970, to be changed. */
  public Aggregate minute(SeriesKey key, MetricDescriptor metric, long minute) {
    return series
        .computeIfAbsent(key, k -> new TreeMap<>())
        .computeIfAbsent(minute, m -> Aggregate.zero(metric));
  }

  /** Takes in those of another partition, which must not be used afterwards. */
  public void merge(Minutes other) {
    other.series.forEach(
        (key, theirs) -> {
          NavigableMap<Long, Aggregate> mine = series.putIfAbsent(key, theirs);
          if (mine != null) {
            theirs.forEach(
                (minute, value) -> {
                  Aggregate known = mine.putIfAbsent(minute, value);
                  if (known != null) {
                    known.merge(value);
                  }
                });
          }
        });
  }

  /** By series, then by minute since 1970. */
  public Map<SeriesKey, NavigableMap<Long, Aggregate>> series() {
    return series;
  }

  void save(DataOutputStream out) throws IOException {
    BinaryWriter writer = new BinaryWriter();
    out.writeInt(series.size());
    for (Map.Entry<SeriesKey, NavigableMap<Long, Aggregate>> entry : series.entrySet()) {
      writer.reset();
      entry.getKey().write(writer);
      writer.writeUnsigned(entry.getValue().size());
      entry
          .getValue()
          .forEach(
              (minute, value) -> {
                writer.writeSigned(minute);
                value.write(writer);
              });
      byte[] bytes = writer.toBytes();
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  void restore(DataInputStream in, List<MetricDescriptor> metrics) throws IOException {
    Map<String, MetricDescriptor> byName = new HashMap<>();
    metrics.forEach(metric -> byName.put(metric.name(), metric));
    for (int left = in.readInt(); left > 0; left--) {
      BinaryReader reader = new BinaryReader(in.readNBytes(in.readInt()));
      SeriesKey key = SeriesKey.read(reader);
      MetricDescriptor metric = byName.get(key.metric());
      if (metric == null) {
        throw new IOException("the metric " + key.metric() + " is not known");
      }
      TreeMap<Long, Aggregate> minutes = new TreeMap<>();
      for (int count = reader.readInt(); count > 0; count--) {
        long minute = reader.readSigned();
        minutes.put(minute, Aggregate.read(metric, reader));
      }
      series.put(key, minutes);
    }
  }
}
