package org.aragora.telemetry.producer.spool.segment;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.aragora.telemetry.producer.disk.Disk;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.lane.StampedEvent;
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
  private @Nullable RandomAccessFile index;
  private int frames;
  private volatile Position end = new Position(0, 0);
  private volatile Position synced = new Position(0, 0);
  private boolean dirty;

  /** Prepares a log; its directory is made with the first frame. */
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
  public Position append(StampedEvent event, byte[] frame) throws IOException {
    RandomAccessFile out = writable();
    dirty = true;
    out.write(frame);
    if (index != null) {
      index.write(SegmentIndex.entry(frame, event, frames));
    }
    dirty = false;
    frames++;
    end = new Position(end.segment(), end.offset() + frame.length);
    return end;
  }

  private RandomAccessFile writable() throws IOException {
    RandomAccessFile out = file;
    if (out != null && dirty) { // a write has failed half-way, the disk was full perhaps
      out.setLength(end.offset());
      out.seek(end.offset());
      if (index != null) {
        index.setLength((long) frames * SegmentIndex.ENTRY_BYTES);
        index.seek(index.length());
      }
      dirty = false;
    }
    if (out == null || end.offset() >= segmentBytes) {
      out = roll();
    }
    return out;
  }

  private RandomAccessFile roll() throws IOException {
    if (file != null && fsync == Fsync.ALWAYS) {
      file.getFD().sync();
      synced = end;
    }
    if (file == null && end.segment() == 0) {
      Disk.createPrivate(directory);
      Disk.syncDirectory(directory.getParent(), fsync);
    }
    long segment = end.segment() + 1;
    RandomAccessFile fresh = new RandomAccessFile(Segments.file(directory, segment).toFile(), "rw");
    RandomAccessFile freshIndex = null;
    try {
      freshIndex = new RandomAccessFile(Segments.index(directory, segment).toFile(), "rw");
      freshIndex.setLength(0); // an attempt before this one may have left its beginning
      fresh.setLength(0);
      fresh.write(Segments.head());
      Disk.syncDirectory(directory, fsync);
    } catch (IOException e) {
      fresh.close();
      if (freshIndex != null) {
        freshIndex.close();
      }
      throw e;
    }
    close();
    file = fresh;
    index = freshIndex;
    frames = 0;
    end = new Position(segment, Segments.HEAD_BYTES);
    return fresh;
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
    if (out != null) {
      out.close();
    }
    if (index != null) {
      index.close();
      index = null;
    }
  }
}
