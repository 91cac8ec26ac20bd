package org.aragora.telemetry.producer.spool.segment;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.aragora.telemetry.producer.lane.EventQueue.Entry;
import org.aragora.telemetry.producer.lane.Place;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.jspecify.annotations.Nullable;

/**
 * An event as bytes on disk, big-endian: magic, CRC-32C of all behind it and the length of the
 * whole, 4 bytes each; ordinal (8), flags (1), partition (4), number (8), length of the key (4),
 * key, value. A frame can be found without the frames before it.
 */
public final class Frame {
  /** Bytes in front of the key. */
  public static final int HEAD_BYTES = 37;

  /** No event is that long, so a length over it was never written. */
  public static final int MAX_BYTES = 8 * 1024 * 1024;

  static final byte FIRST_BYTE = (byte) 0xA7;

  private static final int MAGIC = 0xA7415432;
  private static final int CHECKED_FROM = 8;
  private static final int NUMBERED = 1;
  private static final int PLACED = 2;

  private Frame() {}

  /** The frame of an event, without ordinal and place. */
  public static byte[] of(StampedEvent event) {
    int length = HEAD_BYTES + event.key().length + event.value().length;
    ByteBuffer frame = ByteBuffer.allocate(length);
    frame.putInt(MAGIC).putInt(0).putInt(length).putLong(0);
    frame.put((byte) (event.isNumbered() ? NUMBERED : 0)).putInt(0).putLong(0);
    frame.putInt(event.key().length).put(event.key()).put(event.value());
    return frame.array();
  }

  /** Adds ordinal, place and checksum; without a partition count there is no place. */
  public static void complete(byte[] frame, long ordinal, @Nullable Place place) {
    ByteBuffer head = ByteBuffer.wrap(frame);
    head.putLong(12, ordinal);
    if (place != null) {
      head.put(20, (byte) (frame[20] | PLACED));
      head.putInt(21, place.partition()).putLong(25, place.seq());
    }
    head.putInt(4, checksum(frame));
  }

  /** Length that a head announces; -1 if no frame can have such a head. */
  static int length(byte[] head) {
    ByteBuffer in = ByteBuffer.wrap(head);
    int length = in.getInt(8);
    return in.getInt(0) != MAGIC || length < HEAD_BYTES || length > MAX_BYTES ? -1 : length;
  }

  /**
   * Reads the event of a whole frame.
   *
   * @return null if it is damaged
   */
  static @Nullable Entry read(byte[] frame) {
    ByteBuffer in = ByteBuffer.wrap(frame);
    if (in.getInt(4) != checksum(frame)) {
      return null;
    }
    in.position(12);
    long ordinal = in.getLong();
    int flags = in.get();
    Place place = new Place(in.getInt(), in.getLong());
    int keyLength = in.getInt();
    if (keyLength < 0 || keyLength > in.remaining()) {
      return null;
    }
    byte[] key = new byte[keyLength];
    in.get(key);
    byte[] value = new byte[in.remaining()];
    in.get(value);
    StampedEvent event =
        (flags & NUMBERED) != 0 ? StampedEvent.numbered(key, value) : StampedEvent.asIs(key, value);
    return Entry.of(ordinal, event, (flags & PLACED) != 0 ? place : null);
  }

  /** True if these bytes are the beginning of a frame and no more of it was ever written. */
  static boolean isTorn(byte[] rest, long bytesLeft) {
    ByteBuffer in = ByteBuffer.wrap(rest);
    if (rest.length >= HEAD_BYTES) {
      int length = length(rest);
      return length > bytesLeft;
    }
    byte[] magic = ByteBuffer.allocate(4).putInt(MAGIC).array();
    for (int i = 0; i < Math.min(4, rest.length); i++) {
      if (in.get(i) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  private static int checksum(byte[] frame) {
    CRC32C crc = new CRC32C();
    crc.update(frame, CHECKED_FROM, frame.length - CHECKED_FROM);
    return (int) crc.getValue();
  }
}
