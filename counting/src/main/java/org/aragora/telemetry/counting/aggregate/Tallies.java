package org.aragora.telemetry.counting.aggregate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.Codec;
import org.aragora.telemetry.counting.store.StoredMap;
import org.aragora.telemetry.counting.store.StoredMap.Entry;
import org.aragora.telemetry.counting.store.ValueCodec;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.counting.value.IncompatibleMetricException;
import org.aragora.telemetry.counting.value.PartialValue;
import org.jspecify.annotations.Nullable;

/**
 * Tallies of one input partition by key, and a list of those that have changed since they were
 * written out. After a restart every tally counts as changed.
 */
final class Tallies<K> {

  /** The metrics and the task that tallies belong to. */
  record Owner(InputPartition task, Map<String, MetricDescriptor> metrics) {}

  /**
   * A kind of entries of the aggregate store.
   *
   * @param series the series of a key
   */
  record Section<K>(char kind, Codec<K> keys, Function<K, SeriesKey> series) {}

  private final StoredMap<K, Tally> map;
  private final List<Entry<K, Tally>> changed = new ArrayList<>();
  private final BinaryWriter writer = new BinaryWriter();

  /**
   * Restores the tallies that the store holds.
   *
   * @param unknown takes the values of metrics that this program does not have; they stay in the
   *     store as they are
   */
  Tallies(Owner owner, WriteBehind store, Section<K> section, BiConsumer<K, Tally.Stored> unknown) {
    map =
        new StoredMap<>(
            store,
            section.kind(),
            section.keys(),
            new ValueCodec<>() {
              @Override
              public void write(Tally tally, BinaryWriter out) {
                tally.write(out);
              }

              @Override
              public @Nullable Tally read(K key, BinaryReader in) {
                MetricDescriptor metric = owner.metrics().get(section.series().apply(key).metric());
                if (metric == null) {
                  unknown.accept(key, Tally.Stored.read(in));
                  return null;
                }
                return restore(metric, Tally.Stored.read(in), owner.task());
              }
            },
            false);
    map.forEach(this::markChanged);
  }

  private static Tally restore(MetricDescriptor metric, Tally.Stored stored, InputPartition task) {
    if (stored.value().fingerprint() != metric.fingerprint()) {
      throw new IncompatibleMetricException(
          "%s is now a %s, but input partition %s holds values of another type, labels or bounds; run 'bin/telemetry replay --output generation' to count them anew from the topics, then 'replay promote'"
              .formatted(metric.name(), metric.shape(), task));
    }
    return Tally.of(metric, stored);
  }

  /** The tally of a key that {@code key} equals, null if there is none. */
  @Nullable Entry<K, Tally> find(Object key) {
    return map.find(key);
  }

  /** Adds a tally to which {@link #write} must follow. */
  Entry<K, Tally> add(K key, Tally tally) {
    return map.add(key, tally);
  }

  /** Marks a tally whose value was changed, for the store and for the topics. */
  void write(Entry<K, Tally> entry, long nextOffset) {
    entry.value().nextOffset = nextOffset;
    map.write(entry);
    markChanged(entry);
  }

  /** Marks a tally for the store that is as it was, but for its time. */
  void store(Entry<K, Tally> entry) {
    map.write(entry);
  }

  private void markChanged(Entry<K, Tally> entry) {
    if (!entry.value().changed) {
      entry.value().changed = true;
      changed.add(entry);
    }
  }

  /** Passes on every tally that has changed since the last time, with its bytes for a topic. */
  void writeOut(BiConsumer<Entry<K, Tally>, byte[]> to) {
    for (Entry<K, Tally> entry : changed) {
      if (entry.value().changed) {
        entry.value().changed = false;
        to.accept(entry, bytes(entry.value()));
      }
    }
    changed.clear();
  }

  /** Removes a tally from the store, and from what is to be written out. */
  void remove(Entry<K, Tally> entry) {
    entry.value().changed = false;
    map.remove(entry.key());
  }

  /** The bytes of a {@link PartialValue}. */
  byte[] bytes(Tally tally) {
    tally.writePartial(writer.reset());
    return writer.toBytes();
  }

  void removeIf(Predicate<Entry<K, Tally>> matches) {
    map.removeIf(matches);
  }

  void forEach(Consumer<Entry<K, Tally>> to) {
    map.forEach(to);
  }

  /** The value of a key, null if there is none. */
  @Nullable PartialValue get(K key) {
    Entry<K, Tally> entry = map.find(key);
    return entry == null ? null : value(entry);
  }

  PartialValue value(Entry<K, Tally> entry) {
    return PartialValue.fromBytes(bytes(entry.value()));
  }
}
