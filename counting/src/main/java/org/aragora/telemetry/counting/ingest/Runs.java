package org.aragora.telemetry.counting.ingest;

import java.time.Duration;
import java.util.Comparator;
import java.util.Objects;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.Codec;
import org.aragora.telemetry.counting.store.Hash128;
import org.aragora.telemetry.counting.store.StoredEntries;
import org.aragora.telemetry.counting.store.StoredMap;
import org.aragora.telemetry.counting.store.ValueCodec;
import org.aragora.telemetry.counting.store.WriteBehind;
import org.aragora.telemetry.schemas.envelope.Event;
import org.jspecify.annotations.Nullable;

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
  private final StoredEntries<Gap, Long> gaps;

  private final Ledger ledger;
  private final int limit;
  private final RunNames names = new RunNames();

  /** Append time up to which no run is old enough to be forgotten. */
  private long keptUntilMs = Long.MIN_VALUE;

  /** The run whose number is being marked. */
  private @Nullable Hash128 marked;

  private final Run.GapListener gapsOfMarked =
      new Run.GapListener() {
        @Override
        public void opened(long first, long last) {
          gaps.add(gap(first), last);
        }

        @Override
        public void removed(long first) {
          gaps.remove(gap(first));
        }

        private Gap gap(long first) {
          return new Gap(Objects.requireNonNull(marked), first);
        }
      };

  /** {@code limit}: most runs to keep; the one idle longest is forgotten first. */
  Runs(WriteBehind store, Ledger ledger, int limit) {
    this.ledger = ledger;
    this.limit = limit;
    gaps =
        new StoredEntries<>(
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
    gaps.forEach(this::restoreGap);
    OldIngest.moveRuns(
        store,
        runs::put,
        (run, first, last) -> {
          Gap gap = new Gap(run, first);
          gaps.add(gap, last);
          restoreGap(gap, last);
        });
    runs.sort(Comparator.comparingLong(Run::lastOffset).thenComparingLong(Run::lastAppendMs));
  }

  private void restoreGap(Gap gap, long last) {
    Run run = runs.get(gap.run());
    if (run != null) {
      run.restoreGap(gap.first(), last);
    }
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
    if (appendMs <= keptUntilMs) {
      return;
    }
    runs.removeWhile(
        entry -> {
          boolean old = entry.value().lastAppendMs() + RETENTION.toMillis() < appendMs;
          if (old) {
            forget(entry);
          }
          return old;
        });
    StoredMap.Entry<Hash128, Run> first = runs.first();
    keptUntilMs = (first == null ? appendMs : first.value().lastAppendMs()) + RETENTION.toMillis();
  }

  private void forget(StoredMap.Entry<Hash128, Run> entry) {
    Run run = entry.value();
    ledger.missing().subtract(run.missing());
    run.gapStarts().forEach(first -> gaps.remove(new Gap(entry.key(), first)));
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
    keptUntilMs = Long.MIN_VALUE;
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
    Hash128 key = names.hash(source, sequence.epoch());
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
      marked = key;
      ledger.recordGapsClosed(run.mark(sequence.seq(), gapsOfMarked));
      ledger.missing().subtract(missingBefore).add(run.missing());
    }
    runs.write(entry);
    return fresh;
  }
}
