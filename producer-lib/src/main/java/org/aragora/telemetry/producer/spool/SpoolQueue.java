package org.aragora.telemetry.producer.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.aragora.telemetry.producer.disk.Disk;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.lane.EventQueue;
import org.aragora.telemetry.producer.lane.Numbering;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.aragora.telemetry.producer.spool.segment.Frame;
import org.aragora.telemetry.producer.spool.segment.Position;
import org.aragora.telemetry.producer.spool.segment.SegmentReader;
import org.aragora.telemetry.producer.spool.segment.SegmentWriter;
import org.aragora.telemetry.producer.spool.segment.Segments;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the events of one topic and run in a log on disk, before they are numbered. Their numbers
 * follow from their order, so a run that goes on after a crash gives every event the number that it
 * had. Each event is on its way to the broker only after it is in the log.
 */
final class SpoolQueue implements EventQueue {
  /**
   * Bound of events taken and not settled, which the sender and the Kafka client hold in memory.
   */
  private static final long MAX_HELD_BYTES = 16L * 1024 * 1024;

  /** Trimming in another log of the topic makes room without a signal. */
  private static final long ROOM_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Path directory;
  private final Fsync fsync;
  private final Budget budget;
  private final Consumer<String> notes;
  private final @Nullable SegmentWriter writer; // null: the log of an earlier run
  private final SegmentReader reader;
  private final Trim trim;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Position end;
  private long heldBytes;
  private long accepted;
  private long taken;
  private boolean sealed;
  private boolean drained; // of an earlier run's log
  private @Nullable Numbering numbering; // the sender's thread only
  private boolean numberedBefore; // by an earlier run

  private SpoolQueue(
      Path directory,
      SpoolLimits limits,
      Consumer<String> notes,
      @Nullable SegmentWriter writer,
      Position settled) {
    this.directory = directory;
    this.fsync = limits.fsync();
    this.budget = limits.budget();
    this.notes = notes;
    this.writer = writer;
    this.end = settled;
    this.reader = new SegmentReader(directory, settled, writer == null, this::keepAside);
    this.trim = new Trim(directory, limits.fsync(), limits.budget(), settled);
  }

  /** An empty log; its directory is made with the first event. */
  static SpoolQueue create(Path directory, SpoolLimits limits, Consumer<String> notes) {
    Position start = new Position(1, Segments.HEAD_BYTES);
    SegmentWriter writer = new SegmentWriter(directory, limits.segmentBytes(), limits.fsync());
    return new SpoolQueue(directory, limits, notes, writer, start);
  }

  /** The log of an earlier run, to be sent and not added to. */
  static SpoolQueue adopt(Path directory, SpoolLimits limits, Consumer<String> notes)
      throws IOException {
    List<Long> segments = Segments.list(directory);
    Checkpoint checkpoint = Checkpoint.read(directory);
    Position start =
        checkpoint != null
            ? checkpoint.settled()
            : new Position(segments.isEmpty() ? 1 : segments.get(0), Segments.HEAD_BYTES);
    SpoolQueue queue = new SpoolQueue(directory, limits, notes, null, start);
    if (!segments.isEmpty()) {
      long last = segments.get(segments.size() - 1);
      queue.end = new Position(last, Segments.size(directory, last));
    }
    for (long segment : segments) {
      long bytes = Segments.size(directory, segment);
      limits.budget().found(bytes);
      queue.trim.grown(segment, bytes);
    }
    if (checkpoint != null) {
      queue.trim.resume(checkpoint.numbers());
      queue.numbering = Numbering.resuming(checkpoint.numbers());
      queue.numberedBefore = true;
    }
    queue.sealed = true;
    return queue;
  }

  @Override
  public Offer offer(StampedEvent event, long waitNanos) {
    byte[] frame = Frame.of(event);
    Position position;
    lock.lock();
    try {
      if (!awaitRoom(frame.length, waitNanos)) {
        return sealed ? Offer.SEALED : Offer.FULL;
      }
      position = append(event, frame);
      if (position == null) {
        return Offer.FAILED;
      }
    } finally {
      lock.unlock();
    }
    if (fsync == Fsync.ALWAYS) {
      sync(position);
    }
    return Offer.ACCEPTED;
  }

  private boolean awaitRoom(int bytes, long waitNanos) {
    long left = waitNanos;
    try {
      while (!sealed && writer != null) {
        if (budget.take(bytes)) {
          return true;
        }
        if (left <= 0) {
          return false;
        }
        long pause = Math.min(left, ROOM_CHECK_NANOS);
        left -= pause - Math.max(0, changed.awaitNanos(pause));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private @Nullable Position append(StampedEvent event, byte[] frame) {
    try {
      SegmentWriter out = writer;
      if (out == null) {
        return null;
      }
      end = out.append(event, frame);
      trim.grown(end.segment(), frame.length);
      accepted++;
      changed.signalAll();
      return end;
    } catch (IOException e) {
      budget.release(frame.length);
      notes.accept("The spool cannot be written, so events are dropped: " + e.getMessage());
      return null;
    }
  }

  /** The event is in the log and will be sent; if this fails, a loss of power can still undo it. */
  private void sync(Position position) {
    try {
      if (writer != null) {
        writer.sync(position);
      }
    } catch (IOException e) {
      notes.accept(
          "The spool cannot be synced, so a loss of power may lose events: " + e.getMessage());
    }
  }

  @Override
  public @Nullable Entry take(long waitNanos) throws IOException, InterruptedException {
    Position limit;
    lock.lockInterruptibly();
    try {
      long left = waitNanos;
      while (left > 0 && (heldBytes > MAX_HELD_BYTES || (isAtEnd() && !sealed))) {
        left = changed.awaitNanos(left);
      }
      if (heldBytes > MAX_HELD_BYTES || isAtEnd()) {
        return null;
      }
      limit = end;
    } finally {
      lock.unlock();
    }
    StampedEvent event = read(limit);
    if (event == null) {
      return null;
    }
    lock.lock();
    try {
      heldBytes += event.bytes();
    } finally {
      lock.unlock();
    }
    Position at = reader.position();
    return new Entry(++taken, event, at.segment(), at.offset());
  }

  private boolean isAtEnd() {
    return writer == null ? drained : reader.position().compareTo(end) >= 0;
  }

  private @Nullable StampedEvent read(Position limit) throws IOException {
    StampedEvent event = reader.next(limit);
    if (event == null) {
      lock.lock();
      try {
        drained = true;
        if (writer == null) {
          end = reader.position();
        }
      } finally {
        lock.unlock();
      }
      return null;
    }
    // Behind a hole of unknown size the numbers that an earlier run has given are unknown.
    return reader.isAfterHole() && numberedBefore && event.isNumbered()
        ? StampedEvent.lost(event.keyHash(), false)
        : event;
  }

  /** Copies a segment in which something is lost, for people. */
  private void keepAside(long segment) {
    Path aside = directory.resolveSibling(directory.getFileName() + Spool.UNREADABLE);
    String sentence =
        "The spool's "
            + Segments.file(directory, segment)
            + " is damaged; events that cannot be read are dropped";
    try {
      Segments.copy(directory, segment, aside);
      notes.accept(sentence + ", and a copy is kept in " + aside + ".");
    } catch (IOException | RuntimeException e) {
      notes.accept(sentence + ", and no copy could be kept: " + e.getMessage());
    }
  }

  @Override
  public @Nullable Numbering numbering() {
    return numbering;
  }

  @Override
  public Numbering pin(int partitions) throws IOException {
    Numbering fresh = Numbering.startingAtOne(partitions);
    trim.pin(fresh.all());
    numbering = fresh;
    return fresh;
  }

  @Override
  public void settled(Entry entry) {
    lock.lock();
    try {
      heldBytes -= entry.event().bytes();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void settledThrough(Entry entry, int partition, long seq) {
    trim.settledThrough(new Position(entry.segment(), entry.end()), partition, seq);
  }

  @Override
  public void tidy() throws IOException {
    trim.run();
  }

  @Override
  public void seal() {
    lock.lock();
    try {
      sealed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isExhausted() {
    lock.lock();
    try {
      return sealed && isAtEnd();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isDurable() {
    return true;
  }

  @Override
  public long lastOrdinal() {
    lock.lock();
    try {
      return accepted;
    } finally {
      lock.unlock();
    }
  }

  /** Deletes the log if all of it is settled; else leaves it to another run. */
  @Override
  public void close() throws IOException {
    reader.close();
    if (writer != null) {
      writer.close();
    }
    if (trim.settled().compareTo(end) >= 0) {
      Disk.delete(directory);
      trim.releaseAll();
    } else {
      trim.write();
    }
  }
}
