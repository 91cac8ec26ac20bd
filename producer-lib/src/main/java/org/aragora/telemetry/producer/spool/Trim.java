package org.aragora.telemetry.producer.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.spool.segment.Segments;

/**
 * Writes down up to where a topic's log is settled and deletes the files before it. The checkpoint
 * comes first: a crash in between leaves only files too many.
 */
final class Trim {
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Path directory;
  private final Fsync fsync;
  private final Budget budget;
  private final TreeMap<Long, Long> sizes = new TreeMap<>();
  private long settled;
  private long written;
  private long writtenAt = System.nanoTime();

  Trim(Path directory, Fsync fsync, Budget budget, long settled) {
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

  synchronized void settledThrough(long ordinal) {
    settled = ordinal;
  }

  synchronized long settled() {
    return settled;
  }

  /** Writes down changes every few seconds, and whenever files become free. */
  synchronized void run() throws IOException {
    if (settled > written && (isFirstFree() || System.nanoTime() - writtenAt > EVERY_NANOS)) {
      write();
    }
  }

  /** A file is free if the next one begins with an event that is settled, or comes next. */
  private boolean isFirstFree() {
    Long second = sizes.isEmpty() ? null : sizes.higherKey(sizes.firstKey());
    return second != null && second <= settled + 1;
  }

  /** Writes down changes. */
  synchronized void write() throws IOException {
    writtenAt = System.nanoTime();
    if (settled == written || !Files.isDirectory(directory)) {
      return;
    }
    Checkpoint.write(directory, settled, fsync);
    written = settled;
    while (isFirstFree()) {
      Files.deleteIfExists(Segments.file(directory, sizes.firstKey()));
      budget.release(sizes.remove(sizes.firstKey()));
    }
  }

  /** The whole log is gone. */
  synchronized void releaseAll() {
    sizes.values().forEach(budget::release);
    sizes.clear();
  }
}
