package org.aragora.telemetry.processor.ingest;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.Ledger;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.schemas.envelope.Event;

/**
 * Tells duplicates: the numbers that have been counted, per producer run, of one input partition. A
 * mirror in memory of what the store holds; every change is written through.
 */
final class Runs {
  static final Duration RETENTION = Duration.ofDays(7);
  static final int MAX_GAPS = 10_000;

  private static final byte VERSION = 1;
  private static final char RUN = 'R';
  private static final char GAP = 'G';

  private record Key(String source, String epoch) {}

  /** In the order of their last event, which is that of append time. */
  private final LinkedHashMap<Key, Run> runs = new LinkedHashMap<>(16, 0.75f, true);

  private final KeyValueStore<Bytes, byte[]> store;
  private final Ledger ledger;
  private final BinaryWriter writer = new BinaryWriter();

  Runs(KeyValueStore<Bytes, byte[]> store, Ledger ledger) {
    this.store = store;
    this.ledger = ledger;
    restore();
  }

  private void restore() {
    Map<Key, Run> restored = new HashMap<>();
    try (KeyValueIterator<Bytes, byte[]> all = IngestKeys.scan(store, RUN)) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> entry = all.next();
        BinaryReader key = IngestKeys.reader(entry.key);
        BinaryReader value = new BinaryReader(entry.value);
        value.readVersion(VERSION, "the state of a producer run");
        restored.put(
            new Key(key.readString(), key.readString()),
            new Run(MAX_GAPS, value.readUnsigned(), value.readUnsigned(), value.readSigned()));
      }
    }
    try (KeyValueIterator<Bytes, byte[]> all = IngestKeys.scan(store, GAP)) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> entry = all.next();
        BinaryReader key = IngestKeys.reader(entry.key);
        Run run = restored.get(new Key(key.readString(), key.readString()));
        if (run != null) {
          BinaryReader value = new BinaryReader(entry.value);
          value.readVersion(VERSION, "an open gap of a producer run");
          run.restoreGap(key.readFixed64(), value.readUnsigned());
        }
      }
    }
    restored.entrySet().stream()
        .sorted(Comparator.comparingLong(entry -> entry.getValue().lastAppendMs()))
        .forEach(entry -> runs.put(entry.getKey(), entry.getValue()));
  }

  /** Forgets the runs whose last event was appended more than {@link #RETENTION} before. */
  void forgetBefore(long appendMs) {
    Iterator<Map.Entry<Key, Run>> oldest = runs.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<Key, Run> entry = oldest.next();
      Run run = entry.getValue();
      if (run.lastAppendMs() + RETENTION.toMillis() >= appendMs) {
        return;
      }
      ledger.missing().subtract(run.missing());
      store.delete(runKey(entry.getKey()));
      run.gapStarts().forEach(first -> store.delete(gapKey(entry.getKey(), first)));
      oldest.remove();
    }
  }

  /** Marks an event as counted and returns true, or returns false where it was counted before. */
  boolean count(String source, Event.Sequence sequence, long appendMs) {
    Key key = new Key(source, sequence.epoch());
    Run run = runs.get(key);
    if (run == null) {
      run = new Run(MAX_GAPS, 0, 0, appendMs);
      runs.put(key, run);
    }
    run.touch(appendMs);
    boolean fresh = !run.isCounted(sequence.seq());
    if (fresh) {
      long missingBefore = run.missing();
      ledger.recordGapsClosed(run.mark(sequence.seq(), gapsOf(key)));
      ledger.missing().subtract(missingBefore).add(run.missing());
    }
    byte[] value =
        writer
            .reset()
            .writeByte(VERSION)
            .writeUnsigned(run.highest())
            .writeUnsigned(run.counted())
            .writeSigned(run.lastAppendMs())
            .toBytes();
    store.put(runKey(key), value);
    return fresh;
  }

  private Run.GapListener gapsOf(Key key) {
    return new Run.GapListener() {
      @Override
      public void opened(long first, long last) {
        store.put(
            gapKey(key, first), writer.reset().writeByte(VERSION).writeUnsigned(last).toBytes());
      }

      @Override
      public void removed(long first) {
        store.delete(gapKey(key, first));
      }
    };
  }

  private Bytes runKey(Key key) {
    return IngestKeys.key(RUN, writer -> writer.writeString(key.source()).writeString(key.epoch()));
  }

  private Bytes gapKey(Key key, long first) {
    return IngestKeys.key(
        GAP,
        writer -> writer.writeString(key.source()).writeString(key.epoch()).writeFixed64(first));
  }
}
