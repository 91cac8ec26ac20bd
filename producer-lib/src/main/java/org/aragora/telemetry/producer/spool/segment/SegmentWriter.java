package org.aragora.telemetry.producer.spool.segment;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.aragora.telemetry.producer.disk.Disk;
import org.aragora.telemetry.producer.disk.Fsync;
import org.jspecify.annotations.Nullable;

/**
 * Appends to a topic's log. Appending is guarded by its caller's lock; {@link #sync} is called
 * without it, so that one wait for the disk serves every event that was appended before.
 */
public final class SegmentWriter implements AutoCloseable {
  private final Path directory;
  private final long segmentBytes;
  private final Fsync fsync;
  private final Object syncing = new Object();
  private volatile @Nullable RandomAccessFile file;
  private volatile Position end = new Position(0, 0);
  private volatile Position synced = new Position(0, 0);
  private boolean dirty;

  public SegmentWriter(Path directory, long segmentBytes, Fsync fsync) {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    this.fsync = fsync;
  }

  /**
   * Appends a whole frame, or throws and leaves the log as it was.
   *
   * @return the end of the frame
   */
  public Position append(byte[] frame, long ordinal) throws IOException {
    RandomAccessFile out = writable(ordinal);
    Position after = new Position(end.segment(), end.offset() + frame.length);
    dirty = true;
    out.write(frame);
    dirty = false;
    end = after;
    return after;
  }

  private RandomAccessFile writable(long ordinal) throws IOException {
    RandomAccessFile out = file;
    if (out != null && dirty) { // a write has failed half-way, the disk was full perhaps
      out.setLength(end.offset());
      out.seek(end.offset());
      dirty = false;
    }
    if (out == null || end.offset() >= segmentBytes) {
      out = roll(ordinal);
    }
    return out;
  }

  private RandomAccessFile roll(long ordinal) throws IOException {
    if (file != null && fsync == Fsync.ALWAYS) {
      file.getFD().sync();
      synced = end;
    }
    if (file == null) {
      makeDirectory();
    }
    RandomAccessFile fresh = new RandomAccessFile(Segments.file(directory, ordinal).toFile(), "rw");
    try {
      fresh.setLength(0); // an attempt before this one may have left its beginning
      fresh.write(Segments.head());
      Disk.syncDirectory(directory, fsync);
    } catch (IOException e) {
      fresh.close();
      throw e;
    }
    close();
    file = fresh;
    end = new Position(ordinal, Segments.HEAD_BYTES);
    return fresh;
  }

  private void makeDirectory() throws IOException {
    Path run = directory.getParent();
    if (run != null && !Files.isDirectory(run)) {
      throw new IOException("the directory " + run + " is gone"); // and its lock with it
    }
    Disk.createPrivate(directory);
    Disk.syncDirectory(run, fsync);
  }

  /** Begins another file if the last one was deleted; what it contained is gone. */
  public void checkFile() throws IOException {
    if (file != null && !Files.exists(Segments.file(directory, end.segment()))) {
      close();
    }
  }

  /** Returns when everything up to a position is on the disk. */
  public void sync(Position position) throws IOException {
    synchronized (syncing) {
      if (synced.compareTo(position) >= 0) {
        return;
      }
      Position target = end; // read before the file: a roll in between has synced up to here
      RandomAccessFile out = file;
      try {
        if (out != null) {
          out.getFD().sync();
        }
        synced = target;
      } catch (IOException e) {
        if (synced.compareTo(position) < 0) { // else a roll has synced and closed it meanwhile
          throw e;
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    RandomAccessFile out = file;
    file = null;
    dirty = false;
    if (out != null) {
      out.close();
    }
  }
}
