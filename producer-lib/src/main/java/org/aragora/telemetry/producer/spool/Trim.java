package org.aragora.telemetry.producer.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.lane.Numbering;
import org.aragora.telemetry.producer.spool.segment.Position;
import org.aragora.telemetry.producer.spool.segment.Segments;
import org.jspecify.annotations.Nullable;

/**
 * Writes down the settled end of a topic's log and deletes the files before it. The checkpoint
 * comes first: a crash in between leaves only files too many.
 */
final class Trim {
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Path directory;
  private final Fsync fsync;
  private final Budget budget;
  private final Map<Long, Long> sizes = new TreeMap<>();
  private Position settled;
  private Position written;
  private long writtenAt = System.nanoTime();
  private @Nullable Numbering numbering;

  Trim(Path directory, Fsync fsync, Budget budget, Position settled) {
    this.directory = directory;
    this.fsync = fsync;
    this.budget = budget;
    this.settled = settled;
    this.written = settled;
  }

  /** Bytes that a segment has got. */
  synchronized void grown(long segment, long bytes) {
    sizes.merge(segment, bytes, Long::sum);
  }

  /** From here on the numbers are known; returns when that is on the disk. */
  synchronized void pin(long[] next) throws IOException {
    Numbering pinned = Numbering.resuming(next);
    Checkpoint.of(settled, pinned.all()).write(directory, fsync);
    numbering = pinned;
  }

  /** Goes on with the numbers of a checkpoint. */
  synchronized void resume(long[] next) {
    numbering = Numbering.resuming(next);
  }

  synchronized void settledThrough(Position end, int partition, long seq) {
    settled = end;
    if (numbering != null && seq > 0) {
      numbering.passed(partition, seq);
    }
  }

  synchronized Position settled() {
    return settled;
  }

  /** Writes down changes every few seconds, and whenever files become free. */
  synchronized void run() throws IOException {
    boolean freed = settled.segment() > written.segment();
    if (freed || System.nanoTime() - writtenAt > EVERY_NANOS) {
      write();
    }
  }

  /** Writes down changes. */
  synchronized void write() throws IOException {
    writtenAt = System.nanoTime();
    if (settled.equals(written) || numbering == null) {
      return;
    }
    Checkpoint.of(settled, numbering.all()).write(directory, fsync);
    written = settled;
    var before = sizes.entrySet().iterator();
    while (before.hasNext()) {
      Map.Entry<Long, Long> segment = before.next();
      if (segment.getKey() >= settled.segment()) {
        return;
      }
      Segments.delete(directory, segment.getKey());
      budget.release(segment.getValue());
      before.remove();
    }
  }

  /** The whole log is gone. */
  synchronized void releaseAll() {
    sizes.values().forEach(budget::release);
    sizes.clear();
  }
}
