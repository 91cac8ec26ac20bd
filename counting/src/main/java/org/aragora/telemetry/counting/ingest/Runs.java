package org.aragora.telemetry.counting.ingest;

import java.time.Duration;
import java.util.Comparator;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.Codec;
import org.aragora.telemetry.counting.store.Hash128;
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

  private static final byte VERSION = 2;
  private static final byte GAP_VERSION = 1;
  private static final char RUN = 'r';
  private static final char GAP = 'g';

  private record Gap(Hash128 run, long first) {
    void write(BinaryWriter out) {
      run.write(out);
      out.writeFixed64(first);
    }

    static Gap read(BinaryReader in) {
      return new Gap(Hash128.read(in), in.readFixed64());
    }
  }

  /** By source and epoch, in the order of their last event. */
  private final StoredMap<Hash128, Run> runs;

  /** Last number by first number; each {@link Run} mirrors its own. */
  private final StoreSection<Gap, Long> gaps;

  private final Ledger ledger;
  private final int limit;

  /** {@code limit}: most runs to keep; the one idle longest is forgotten first. */
  Runs(KeyValueStore<Bytes, byte[]> store, Ledger ledger, int limit) {
    this.ledger = ledger;
    this.limit = limit;
    gaps =
        new StoreSection<>(
            store,
            GAP,
            Codec.of(Gap::write, Gap::read),
            ValueCodec.of(
                (last, out) -> out.writeByte(GAP_VERSION).writeUnsigned(last),
                in -> {
                  in.readVersion(GAP_VERSION, "an open gap of a producer run");
                  return in.readUnsigned();
                }));
    runs =
        new StoredMap<>(
            store,
            RUN,
            Codec.of(Hash128::write, Hash128::read),
            ValueCodec.of(Runs::write, Runs::read));
    OldIngest.moveRuns(
        store, runs::put, (run, first, last) -> gaps.put(gaps.key(new Gap(run, first)), last));
    gaps.forEach(
        (gap, last) -> {
          Run run = runs.get(gap.run());
          if (run != null) {
            run.restoreGap(gap.first(), last);
          }
        });
    runs.sort(Comparator.comparingLong(Run::lastOffset).thenComparingLong(Run::lastAppendMs));
  }

  private static void write(Run run, BinaryWriter out) {
    out.writeByte(VERSION)
        .writeUnsigned(run.highest())
        .writeUnsigned(run.counted())
        .writeSigned(run.lastAppendMs())
        .writeUnsigned(run.lastOffset());
  }

  private static Run read(BinaryReader in) {
    in.readVersion(VERSION, "the state of a producer run");
    return new Run(
        MAX_GAPS, in.readUnsigned(), in.readUnsigned(), in.readSigned(), in.readUnsigned());
  }

  /** Forgets the runs whose last event was appended more than {@link #RETENTION} before. */
  void forgetBefore(long appendMs) {
    runs.removeWhile(
        entry -> {
          boolean old = entry.value().lastAppendMs() + RETENTION.toMillis() < appendMs;
          if (old) {
            forget(entry);
          }
          return old;
        });
  }

  private void forget(StoredMap.Entry<Hash128, Run> entry) {
    Run run = entry.value();
    ledger.missing().subtract(run.missing());
    run.gapStarts().forEach(first -> gaps.delete(gaps.key(new Gap(entry.key(), first))));
  }

  private void forgetOverLimit() {
    runs.removeWhile(
        entry -> {
          boolean over = runs.size() > limit;
          if (over) {
            forget(entry);
            ledger.recordRunForgotten();
          }
          return over;
        });
  }

  /** Brings what lies after an append time back to it: the broker's clock was set back. */
  void rebase(long appendMs) {
    runs.forEach(
        entry -> {
          if (entry.value().lastAppendMs() > appendMs) {
            entry.value().touch(appendMs, entry.value().lastOffset());
            runs.write(entry);
          }
        });
  }

  /**
   * Marks an event as counted.
   *
   * @return false if it was counted before
   */
  boolean count(String source, Event.Sequence sequence, long appendMs, long offset) {
    Hash128 key = Hash128.of(source, sequence.epoch());
    StoredMap.Entry<Hash128, Run> entry = runs.find(key);
    if (entry == null) {
      entry = runs.add(key, new Run(MAX_GAPS, 0, 0, appendMs, offset));
      forgetOverLimit();
    }
    Run run = entry.value();
    run.touch(appendMs, offset);
    boolean fresh = !run.isCounted(sequence.seq());
    if (fresh) {
      long missingBefore = run.missing();
      ledger.recordGapsClosed(run.mark(sequence.seq(), gapsOf(key)));
      ledger.missing().subtract(missingBefore).add(run.missing());
    }
    runs.write(entry);
    return fresh;
  }

  private Run.GapListener gapsOf(Hash128 key) {
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
