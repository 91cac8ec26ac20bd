package org.aragora.telemetry.producer.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.aragora.telemetry.producer.disk.Disk;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.lane.EventQueue;
import org.aragora.telemetry.producer.lane.Numbering;
import org.aragora.telemetry.producer.lane.Place;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.aragora.telemetry.producer.spool.segment.Conversion;
import org.aragora.telemetry.producer.spool.segment.DamagedBytes;
import org.aragora.telemetry.producer.spool.segment.Frame;
import org.aragora.telemetry.producer.spool.segment.Places;
import org.aragora.telemetry.producer.spool.segment.Position;
import org.aragora.telemetry.producer.spool.segment.SegmentReader;
import org.aragora.telemetry.producer.spool.segment.SegmentWriter;
import org.aragora.telemetry.producer.spool.segment.Segments;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the events of one topic and run in a log on disk. An event's number is in its frame, or in
 * a file beside the log if the event came before the partition count. So a run that goes on after a
 * crash gives every event the number that it had, whatever is damaged around it.
 */
final class SpoolQueue implements EventQueue {
  /**
   * Bound of events taken and not settled, which the sender and the Kafka client hold in memory.
   */
  private static final long MAX_HELD_BYTES = 16L * 1024 * 1024;

  /** Trimming in another log of the topic makes room without a signal. */
  private static final long ROOM_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long FILE_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Events that a pin numbers with the lock held, so that emit hardly waits for it. */
  private static final int LAST_ROUND = 200;

  private final Path directory;
  private final SpoolLimits limits;
  private final Consumer<String> notes;
  private final @Nullable SegmentWriter writer; // null: the log of an earlier run
  private final SegmentReader reader;
  private final Trim trim;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Position end = new Position(0, 0);
  private long heldBytes;
  private long accepted;
  private long passed;
  private boolean drained; // all of an earlier run's log is read
  private boolean sealed;
  private @Nullable Numbering numbering; // of the events that come next
  private volatile boolean pinned;
  private @Nullable Places places; // the sender's thread only
  private long unreported; // the sender's thread only
  private long checkedAt = System.nanoTime();

  private SpoolQueue(Path directory, SpoolLimits limits, Consumer<String> notes, long settled) {
    this.directory = directory;
    this.limits = limits;
    this.notes = notes;
    this.writer =
        settled < 0 ? new SegmentWriter(directory, limits.segmentBytes(), limits.fsync()) : null;
    this.passed = Math.max(0, settled);
    this.reader =
        new SegmentReader(directory, passed, new DamagedBytes(limits.damaged(), directory, notes));
    this.trim = new Trim(directory, limits.fsync(), limits.budget(), passed);
  }

  /** An empty log; its directory is made with the first event. */
  static SpoolQueue create(Path directory, SpoolLimits limits, Consumer<String> notes) {
    return new SpoolQueue(directory, limits, notes, -1);
  }

  /** The log of an earlier run, to be sent and not added to. */
  static SpoolQueue adopt(Path directory, SpoolLimits limits, Consumer<String> notes)
      throws IOException {
    long lost = Conversion.run(directory, new DamagedBytes(limits.damaged(), directory, notes));
    SpoolQueue queue = new SpoolQueue(directory, limits, notes, Checkpoint.read(directory));
    queue.unreported = lost;
    for (long segment : Segments.list(directory)) {
      long bytes = Files.size(Segments.file(directory, segment));
      limits.budget().found(bytes);
      queue.trim.grown(segment, bytes);
      queue.end = new Position(segment, bytes);
    }
    queue.pinned = Places.exist(directory);
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
    if (limits.fsync() == Fsync.ALWAYS) {
      sync(position);
    }
    return Offer.ACCEPTED;
  }

  private boolean awaitRoom(int bytes, long waitNanos) {
    long left = waitNanos;
    try {
      while (!sealed && writer != null) {
        if (limits.budget().take(bytes)) {
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
    boolean written = false;
    try {
      SegmentWriter out = writer;
      if (out == null) {
        return null;
      }
      Numbering numbers = numbering;
      Place place = numbers == null ? null : numbers.place(event);
      Frame.complete(frame, accepted + 1, place);
      end = out.append(frame, accepted + 1);
      written = true;
      accepted++;
      if (numbers != null && place != null) {
        numbers.passed(place);
      }
      changed.signalAll();
      trim.grown(end.segment(), frame.length);
      return end;
    } catch (IOException e) {
      notes.accept("The spool cannot be written, so events are dropped: " + e.getMessage());
      return null;
    } catch (OutOfMemoryError e) {
      return written ? end : null; // it is in the log, whatever failed behind it
    } finally {
      if (!written) {
        limits.budget().release(frame.length);
      }
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
    long last;
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
      last = accepted;
    } finally {
      lock.unlock();
    }
    Entry entry = unreported > 0 ? Entry.hole(passed, unreported) : reader.next(limit, last);
    unreported = 0;
    lock.lock();
    try {
      if (entry != null) {
        heldBytes += entry.event().bytes();
        passed = entry.ordinal();
      } else {
        drained = writer == null;
      }
    } finally {
      lock.unlock();
    }
    return entry;
  }

  private boolean isAtEnd() {
    return writer != null ? passed >= accepted : drained;
  }

  @Override
  public boolean canPinAgain() {
    return false;
  }

  @Override
  public boolean isPinned() {
    return pinned;
  }

  /** Numbers what is in the log, then lets events that come be numbered as they are appended. */
  @Override
  public void pin(int partitions) throws IOException {
    Numbering fresh = Numbering.startingAtOne(partitions);
    try (SegmentReader scan = new SegmentReader(directory, 0, DamagedBytes.NONE);
        Places.Writer out = new Places.Writer(directory, limits.fsync())) {
      Position limit = end();
      for (long last = lastOrdinal(); last - scan.passed() > LAST_ROUND; last = lastOrdinal()) {
        number(scan, fresh, out, limit, last);
        limit = end();
      }
      lock.lock();
      try {
        number(scan, fresh, out, end, accepted);
        out.publish();
        numbering = fresh;
        pinned = true;
      } finally {
        lock.unlock();
      }
    }
  }

  private static void number(
      SegmentReader scan, Numbering fresh, Places.Writer out, Position limit, long last)
      throws IOException {
    for (Entry e = scan.next(limit, last); e != null; e = scan.next(limit, last)) {
      if (e.lost() == 0) {
        Place place = fresh.place(e.event());
        out.add(e.ordinal(), place);
        fresh.passed(place);
      }
    }
  }

  private Position end() {
    lock.lock();
    try {
      return end;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable Place place(Entry entry) throws IOException {
    if (entry.place() != null) {
      return entry.place();
    }
    if (places == null) {
      places = Places.open(directory);
    }
    return places.of(entry.ordinal());
  }

  @Override
  public void placed(Place place) {}

  @Override
  public void settled(Entry entry) {
    lock.lock();
    try {
      boolean wasTooMuch = heldBytes > MAX_HELD_BYTES;
      heldBytes -= entry.event().bytes();
      if (wasTooMuch) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void settledThrough(Entry entry) {
    trim.settledThrough(entry.ordinal());
  }

  @Override
  public void tidy() throws IOException {
    trim.run();
    if (writer != null && System.nanoTime() - checkedAt > FILE_CHECK_NANOS) {
      checkedAt = System.nanoTime();
      lock.lock();
      try {
        writer.checkFile();
      } finally {
        lock.unlock();
      }
    }
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
    if (places != null) {
      places.close();
      places = null;
    }
    if (isExhausted() && trim.settled() >= passed) {
      Disk.delete(directory);
      trim.releaseAll();
    } else {
      trim.write();
    }
  }
}
