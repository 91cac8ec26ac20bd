package org.aragora.telemetry.processor.flow;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.Ledger;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.PartialValue;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.jspecify.annotations.Nullable;

/**
 * All stages up to the totals for one input partition, outside of Kafka Streams: what the live
 * service's task counts, and nothing is written anywhere. Not thread-safe.
 */
public interface PartitionPipeline {

  /** Counts one record; records come in the order of their offsets. */
  void accept(long offset, long appendTimeMs, byte @Nullable [] key, byte @Nullable [] value);

  /** The account so far. Live: it goes on to change. */
  Ledger ledger();

  /** The running totals as they are now. */
  Map<SeriesKey, PartialValue> totals();

  /** The running total of a series, null where there is none. */
  @Nullable PartialValue total(SeriesKey series);

  /** The open window of a series that starts at a minute since 1970, null where there is none. */
  @Nullable PartialValue window(SeriesKey series, long minute);

  /** Tells the listener of every window that has changed since it was last told. */
  void sendWindows();

  /** Writes the whole state, from which {@link Factory#restore} goes on. */
  void save(DataOutputStream out) throws IOException;

  /** Tells of everything that the stores hold. */
  void entries(Entries listener);

  /** Told of what a store holds. */
  interface Entries {
    /** One entry; nobody may change the arrays. */
    void entry(Changelogs.Stage stage, byte[] key, byte[] value);
  }

  /**
   * Who is told what happens inside.
   *
   * @param series of every change of a series
   * @param windows of a window's value, before it closes at the latest; the last word is the final
   *     one
   */
  record Listeners(SeriesListener series, BiConsumer<WindowKey, PartialValue> windows) {
    /** Nobody. */
    public static final Listeners NONE = new Listeners(SeriesListener.NONE, (key, value) -> {});
  }

  /** Makes them. Thread-safe. */
  interface Factory {
    /** With nothing counted. */
    PartitionPipeline open(InputPartition partition, Listeners listeners);

    /** As {@link PartitionPipeline#save} wrote it. */
    PartitionPipeline restore(InputPartition partition, Listeners listeners, DataInputStream in)
        throws IOException;

    /** Every metric that has series, in the order in which they are served. */
    List<MetricDescriptor> metrics();

    /** The settings on which values depend, in one line: equal lines, equal values. */
    String rules();
  }
}
