package org.aragora.telemetry.producer.spool.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.aragora.telemetry.producer.lane.StampedEvent;

/**
 * The index of a segment: 16 bytes a frame, in order. They are the length of the frame, with the
 * top bit set if its event is to be numbered; the hash of the key; the checksum in the head of the
 * frame; and a CRC-32C of these and the place. Big-endian. An entry is written behind its frame.
 */
final class SegmentIndex {
  static final int ENTRY_BYTES = 16;

  private static final int CHECKED_BYTES = 12;
  private static final int NUMBERED = 0x8000_0000;

  private final ByteBuffer entries;

  private SegmentIndex(byte[] entries) {
    this.entries = ByteBuffer.wrap(entries);
  }

  /** The entry of a frame; {@code place}: number of frames before it in the segment. */
  static byte[] entry(byte[] frame, StampedEvent event, int place) {
    ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES);
    entry
        .putInt(frame.length | (event.isNumbered() ? NUMBERED : 0))
        .putInt(event.keyHash())
        .putInt(Frame.checksum(frame));
    return entry.putInt(checksum(entry.array(), 0, place)).array();
  }

  /** Reads the index of a segment; a file that is not there has no entries. */
  static SegmentIndex read(Path file) throws IOException {
    return new SegmentIndex(Files.exists(file) ? Files.readAllBytes(file) : new byte[0]);
  }

  /** Number of whole entries, valid or not. */
  int size() {
    return entries.capacity() / ENTRY_BYTES;
  }

  /** Returns true if the entry at a place is there and not damaged. */
  boolean isValid(int place) {
    return place < size()
        && entries.getInt(place * ENTRY_BYTES + CHECKED_BYTES)
            == checksum(entries.array(), place * ENTRY_BYTES, place);
  }

  /** Bytes of the frame at a place. */
  int length(int place) {
    return entries.getInt(place * ENTRY_BYTES) & ~NUMBERED;
  }

  /** The checksum in the head of the frame at a place. */
  int checksum(int place) {
    return entries.getInt(place * ENTRY_BYTES + 2 * Integer.BYTES);
  }

  /** The event at a place without its bytes, to be given up under its number. */
  StampedEvent lost(int place) {
    int at = place * ENTRY_BYTES;
    return StampedEvent.lost(entries.getInt(at + Integer.BYTES), entries.getInt(at) < 0);
  }

  /** Returns true if the entry at a place is that of a frame; {@code head}: of the frame. */
  boolean isOf(int place, byte[] head) {
    ByteBuffer of = ByteBuffer.wrap(head);
    return isValid(place)
        && length(place) == Frame.HEAD_BYTES + of.getInt(0)
        && checksum(place) == Frame.checksum(head);
  }

  private static int checksum(byte[] bytes, int offset, int place) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, CHECKED_BYTES);
    crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, place).array());
    return (int) crc.getValue();
  }
}
