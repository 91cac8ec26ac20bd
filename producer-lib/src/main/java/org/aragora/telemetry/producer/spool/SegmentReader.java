package org.aragora.telemetry.producer.spool;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.jspecify.annotations.Nullable;

/** Reads a topic's log in order. Not thread-safe. */
final class SegmentReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 128 * 1024;

  private final Path directory;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private @Nullable RandomAccessFile file;
  private long fileLimit;
  private long bufferStart;
  private int bufferLength;
  private Position position;

  SegmentReader(Path directory, Position from) {
    this.directory = directory;
    this.position = from;
  }

  /** A place of a log that was never written whole, or is damaged. */
  static final class TornException extends IOException {
    private static final long serialVersionUID = 1L;

    TornException(Position at) {
      super(
          "The spool's segment "
              + at.segment()
              + " cannot be read from byte "
              + at.offset()
              + " on.");
    }
  }

  /** Position of the next event. */
  Position position() {
    return position;
  }

  /**
   * Reads the next event before {@code limit}.
   *
   * @throws TornException if there is not a whole event
   */
  StampedEvent next(Position limit) throws IOException {
    open(limit);
    byte[] head = bytes(position.offset(), Frame.HEAD_BYTES);
    int length = Frame.bodyLength(head);
    if (length < 0) {
      throw new TornException(position);
    }
    byte[] body = bytes(position.offset() + Frame.HEAD_BYTES, length);
    StampedEvent event = Frame.read(head, body);
    if (event == null) {
      throw new TornException(position);
    }
    position = new Position(position.segment(), position.offset() + Frame.HEAD_BYTES + length);
    return event;
  }

  /** Opens the file that the position is in; at the end of one, that is the next one. */
  private void open(Position limit) throws IOException {
    while (true) {
      if (file == null) {
        file = new RandomAccessFile(Segments.file(directory, position.segment()).toFile(), "r");
        bufferLength = 0;
      }
      boolean last = position.segment() == limit.segment();
      fileLimit = last ? limit.offset() : file.length();
      if (position.offset() == Segments.HEAD_BYTES) {
        checkHead();
      }
      if (last || position.offset() < fileLimit) {
        return;
      }
      close();
      position = new Position(position.segment() + 1, Segments.HEAD_BYTES);
      if (!Files.exists(Segments.file(directory, position.segment()))) {
        throw new TornException(position);
      }
    }
  }

  private void checkHead() throws IOException {
    if (!Arrays.equals(bytes(0, Segments.HEAD_BYTES), Segments.head())) {
      throw new TornException(new Position(position.segment(), 0));
    }
  }

  /** Reads bytes of the file, none from behind the limit: those may still be written. */
  private byte[] bytes(long from, int count) throws IOException {
    if (from + count > fileLimit || file == null) {
      throw new TornException(position);
    }
    byte[] bytes = new byte[count];
    if (count > BUFFER_BYTES) {
      file.seek(from);
      file.readFully(bytes);
      return bytes;
    }
    if (from < bufferStart || from + count > bufferStart + bufferLength) {
      bufferLength = (int) Math.min(BUFFER_BYTES, fileLimit - from);
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
      file = null;
    }
  }
}
