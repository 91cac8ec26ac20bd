package org.aragora.telemetry.counting.ingest;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.Codec;
import org.aragora.telemetry.counting.store.Hash128;
import org.aragora.telemetry.counting.store.StoredEntries;
import org.aragora.telemetry.counting.store.ValueCodec;
import org.aragora.telemetry.counting.store.WriteBehind;

/** Moves what version 1 of the ingest store kept under identifiers to their hashes. */
final class OldIngest {
  private static final int VERSION = 1;

  /** Takes an open gap in the numbers of a run. */
  interface Gaps {
    void accept(Hash128 run, long first, long last);
  }

  private record Run1(String source, String epoch) {
    void write(BinaryWriter out) {
      out.writeString(source).writeString(epoch);
    }

    static Run1 read(BinaryReader in) {
      return new Run1(in.readString(), in.readString());
    }

    Hash128 hash() {
      return Hash128.of(source, epoch);
    }
  }

  private record Gap1(Run1 run, long first) {
    void write(BinaryWriter out) {
      run.write(out);
      out.writeFixed64(first);
    }

    static Gap1 read(BinaryReader in) {
      return new Gap1(Run1.read(in), in.readFixed64());
    }
  }

  private OldIngest() {}

  static void moveRuns(WriteBehind store, BiConsumer<Hash128, Run> runs, Gaps gaps) {
    move(
        store,
        'R',
        Codec.of(Run1::write, Run1::read),
        (run, in) -> {
          in.readVersion(VERSION, "the state of a producer run");
          runs.accept(
              run.hash(),
              new Run(Runs.MAX_GAPS, in.readUnsigned(), in.readUnsigned(), in.readSigned(), 0));
        });
    move(
        store,
        'G',
        Codec.of(Gap1::write, Gap1::read),
        (gap, in) -> {
          in.readVersion(VERSION, "an open gap of a producer run");
          gaps.accept(gap.run().hash(), gap.first(), in.readUnsigned());
        });
  }

  /** {@code open}, {@code ended}: take what was kept, by debate id. */
  static void moveDebates(
      WriteBehind store, BiConsumer<String, BinaryReader> open, BiConsumer<String, Long> ended) {
    Codec<String> ids = Codec.of((id, out) -> out.writeString(id), BinaryReader::readString);
    move(store, 'D', ids, open);
    move(
        store,
        'E',
        ids,
        (id, in) -> {
          in.readVersion(VERSION, "an ended debate");
          ended.accept(id, in.readSigned());
        });
  }

  private static <K> void move(
      WriteBehind store, char kind, Codec<K> keys, BiConsumer<K, BinaryReader> to) {
    StoredEntries<K, BinaryReader> old =
        new StoredEntries<>(
            store,
            kind,
            keys,
            ValueCodec.of((value, out) -> out.writeRaw(value.readRest()), in -> in));
    Map<K, BinaryReader> found = new LinkedHashMap<>();
    old.forEach(found::put);
    found.forEach(
        (key, value) -> {
          to.accept(key, value);
          old.remove(key);
        });
  }
}
