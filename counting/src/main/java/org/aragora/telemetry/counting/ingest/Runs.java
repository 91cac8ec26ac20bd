package org.aragora.telemetry.counting.ingest;

import java.time.Duration;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.Codec;
import org.aragora.telemetry.counting.store.StoreSection;
import org.aragora.telemetry.counting.store.StoredMap;
import org.aragora.telemetry.counting.store.ValueCodec;
import org.aragora.telemetry.schemas.envelope.Event;

/**
 * The numbers that have been counted, per producer run, of one input partition: a duplicate is an
 * event with a number that was counted before.
 */
final class Runs {
  static final Duration RETENTION = Duration.ofDays(7);
  static final int MAX_GAPS = 10_000;

  private static final byte VERSION = 1;
  private static final char RUN = 'R';
  private static final char GAP = 'G';

  private record Key(String source, String epoch) {
    void write(BinaryWriter out) {
      out.writeString(source).writeString(epoch);
    }

    static Key read(BinaryReader in) {
      return new Key(in.readString(), in.readString());
    }
  }

  private record Gap(Key run, long first) {
    void write(BinaryWriter out) {
      run.write(out);
      out.writeFixed64(first);
    }

    static Gap read(BinaryReader in) {
      return new Gap(Key.read(in), in.readFixed64());
    }
  }

  /** In the order of their last event, which is that of append time. */
  private final StoredMap<Key, Run> runs;

  /** Last number by first number; each {@link Run} mirrors its own. */
  private final StoreSection<Gap, Long> gaps;

  private final Ledger ledger;

  Runs(KeyValueStore<Bytes, byte[]> store, Ledger ledger) {
    this.ledger = ledger;
    runs =
        new StoredMap<>(
            store, RUN, Codec.of(Key::write, Key::read), ValueCodec.of(Runs::write, Runs::read));
    gaps =
        new StoreSection<>(
            store,
            GAP,
            Codec.of(Gap::write, Gap::read),
            ValueCodec.of(
                (last, out) -> out.writeByte(VERSION).writeUnsigned(last),
                in -> {
                  in.readVersion(VERSION, "an open gap of a producer run");
                  return in.readUnsigned();
                }));
    gaps.forEach(
        (gap, last) -> {
          Run run = runs.get(gap.run());
          if (run != null) {
            run.restoreGap(gap.first(), last);
          }
        });
    runs.sortBy(Run::lastAppendMs);
  }

  private static void write(Run run, BinaryWriter out) {
    out.writeByte(VERSION)
        .writeUnsigned(run.highest())
        .writeUnsigned(run.counted())
        .writeSigned(run.lastAppendMs());
  }

  private static Run read(BinaryReader in) {
    in.readVersion(VERSION, "the state of a producer run");
    return new Run(MAX_GAPS, in.readUnsigned(), in.readUnsigned(), in.readSigned());
  }

  /** Forgets the runs whose last event was appended more than {@link #RETENTION} before. */
  void forgetBefore(long appendMs) {
    runs.removeWhile(
        entry -> {
          Run run = entry.value();
          boolean old = run.lastAppendMs() + RETENTION.toMillis() < appendMs;
          if (old) {
            ledger.missing().subtract(run.missing());
            run.gapStarts().forEach(first -> gaps.delete(gaps.key(new Gap(entry.key(), first))));
          }
          return old;
        });
  }

  /**
   * Marks an event as counted.
   *
   * @return false if it was counted before
   */
  boolean count(String source, Event.Sequence sequence, long appendMs) {
    Key key = new Key(source, sequence.epoch());
    StoredMap.Entry<Key, Run> entry = runs.find(key);
    if (entry == null) {
      entry = runs.add(key, new Run(MAX_GAPS, 0, 0, appendMs));
    }
    Run run = entry.value();
    run.touch(appendMs);
    boolean fresh = !run.isCounted(sequence.seq());
    if (fresh) {
      long missingBefore = run.missing();
      ledger.recordGapsClosed(run.mark(sequence.seq(), gapsOf(key)));
      ledger.missing().subtract(missingBefore).add(run.missing());
    }
    runs.write(entry);
    return fresh;
  }

  private Run.GapListener gapsOf(Key key) {
    return new Run.GapListener() {
      @Override
      public void opened(long first, long last) {
        gaps.put(gaps.key(new Gap(key, first)), last);
      }

      @Override
      public void removed(long first) {
        gaps.delete(gaps.key(new Gap(key, first)));
      }
    };
  }
}
