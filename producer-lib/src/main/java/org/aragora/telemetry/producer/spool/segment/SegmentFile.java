package org.aragora.telemetry.producer.spool.segment;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.aragora.telemetry.producer.lane.EventQueue.Entry;
import org.jspecify.annotations.Nullable;

/** Buffered reads of one file of a log. Nothing behind a limit is read: it may be half written. */
final class SegmentFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 128 * 1024;

  private final RandomAccessFile file;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private long bufferStart;
  private int bufferLength;

  private SegmentFile(RandomAccessFile file) {
    this.file = file;
  }

  static SegmentFile open(Path path) throws IOException {
    try {
      return new SegmentFile(new RandomAccessFile(path.toFile(), "r"));
    } catch (FileNotFoundException e) {
      throw path.toFile().exists() ? e : new NoSuchFileException(path.toString());
    }
  }

  /** The end of the file, or the bound if that is less. */
  long limit(long bound) throws IOException {
    return Math.min(bound, file.length());
  }

  /**
   * Reads a frame.
   *
   * @return null if there is no whole one
   */
  @Nullable Entry frameAt(long at, long limit) throws IOException {
    if (at + Frame.HEAD_BYTES > limit) {
      return null;
    }
    byte[] head = bytes(at, Frame.HEAD_BYTES, limit);
    int length = head == null ? -1 : Frame.length(head);
    byte[] frame = length < 0 || at + length > limit ? null : bytes(at, length, limit);
    return frame == null ? null : Frame.read(frame);
  }

  /** Offset at which a frame may begin, from a place on; -1 if there is none. */
  long nextFrame(long from, long limit) throws IOException {
    for (long at = from; at + Frame.HEAD_BYTES <= limit; at++) {
      if (at < bufferStart || at >= bufferStart + bufferLength) {
        fill(at, limit);
        if (bufferLength == 0) {
          return -1;
        }
      }
      if (buffer[(int) (at - bufferStart)] == Frame.FIRST_BYTE) {
        return at;
      }
    }
    return -1;
  }

  boolean isTorn(long from, long limit) throws IOException {
    int count = (int) Math.min(Frame.HEAD_BYTES, limit - from);
    byte[] rest = count <= 0 ? null : bytes(from, count, limit);
    return rest != null && Frame.isTorn(rest, limit - from);
  }

  /** Bytes of the file; null if it has become shorter. */
  byte @Nullable [] bytes(long from, int count, long limit) throws IOException {
    byte[] bytes = new byte[count];
    if (count > BUFFER_BYTES) {
      try {
        file.seek(from);
        file.readFully(bytes);
        return bytes;
      } catch (EOFException e) {
        return null;
      }
    }
    if (from < bufferStart || from + count > bufferStart + bufferLength) {
      fill(from, limit);
      if (count > bufferLength) {
        return null;
      }
    }
    System.arraycopy(buffer, (int) (from - bufferStart), bytes, 0, count);
    return bytes;
  }

  private void fill(long from, long limit) throws IOException {
    int most = (int) Math.min(BUFFER_BYTES, limit - from);
    bufferStart = from;
    bufferLength = 0;
    file.seek(from);
    while (bufferLength < most) {
      int read = file.read(buffer, bufferLength, most - bufferLength);
      if (read < 0) {
        return;
      }
      bufferLength += read;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
