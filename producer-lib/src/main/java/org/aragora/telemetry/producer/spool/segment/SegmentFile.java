package org.aragora.telemetry.producer.spool.segment;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.jspecify.annotations.Nullable;

/** The frames of one segment, at any offset. A file that is not there is empty. */
final class SegmentFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 128 * 1024;

  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final @Nullable RandomAccessFile file;
  private long bufferStart;
  private int bufferLength;
  private long limit;

  SegmentFile(Path path) throws IOException {
    file = Files.exists(path) ? new RandomAccessFile(path.toFile(), "r") : null;
  }

  /** Reads no byte from {@code offset} on: it may still be written. */
  void limit(long offset) throws IOException {
    limit = Math.min(offset, file == null ? 0 : file.length());
  }

  /** Offset of the end of what may be read. */
  long limit() {
    return limit;
  }

  /** The head of the frame at an offset; null if no whole and undamaged frame begins there. */
  byte @Nullable [] headAt(long offset) throws IOException {
    return eventAt(offset) == null ? null : bytes(offset, Frame.HEAD_BYTES);
  }

  /** The event at an offset; null if no whole and undamaged frame begins there. */
  @Nullable StampedEvent eventAt(long offset) throws IOException {
    byte[] head = bytes(offset, Frame.HEAD_BYTES);
    int length = head == null ? -1 : Frame.bodyLength(head);
    byte[] body = length < 0 ? null : bytes(offset + Frame.HEAD_BYTES, length);
    return head == null || body == null ? null : Frame.read(head, body);
  }

  /** Bytes of the frame at an offset that has one. */
  int lengthAt(long offset) throws IOException {
    byte[] head = bytes(offset, Frame.HEAD_BYTES);
    return head == null ? 0 : Frame.HEAD_BYTES + Frame.bodyLength(head);
  }

  private byte @Nullable [] bytes(long from, int count) throws IOException {
    if (file == null || from + count > limit) {
      return null;
    }
    byte[] bytes = new byte[count];
    if (count > BUFFER_BYTES) {
      file.seek(from);
      file.readFully(bytes);
      return bytes;
    }
    if (from < bufferStart || from + count > bufferStart + bufferLength) {
      bufferLength = (int) Math.min(BUFFER_BYTES, limit - from);
      bufferStart = from;
      file.seek(from);
      file.readFully(buffer, 0, bufferLength);
    }
    System.arraycopy(buffer, (int) (from - bufferStart), bytes, 0, count);
    return bytes;
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
