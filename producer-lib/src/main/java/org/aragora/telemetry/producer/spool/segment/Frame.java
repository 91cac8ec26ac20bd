package org.aragora.telemetry.producer.spool.segment;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.jspecify.annotations.Nullable;

/**
 * An event as bytes on disk: length and CRC-32C of the body, 4 bytes each; then the body: a flag
 * (1: to be numbered), length of the key in 4 bytes, key, value. Big-endian.
 */
public final class Frame {
  public static final int HEAD_BYTES = 8;

  /** No event is that long, so a length over it was never written. */
  private static final int MAX_BODY_BYTES = 8 * 1024 * 1024;

  private static final int LEAST_BODY_BYTES = 5;

  private Frame() {}

  /** The bytes of an event. */
  public static byte[] of(StampedEvent event) {
    int body = LEAST_BODY_BYTES + event.key().length + event.value().length;
    ByteBuffer frame = ByteBuffer.allocate(HEAD_BYTES + body);
    frame.position(HEAD_BYTES);
    frame.put((byte) (event.isNumbered() ? 1 : 0));
    frame.putInt(event.key().length).put(event.key()).put(event.value());
    frame.putInt(0, body).putInt(4, checksum(frame.array(), HEAD_BYTES, body));
    return frame.array();
  }

  /** Length of the body that a head announces; -1 if no frame can have such a head. */
  static int bodyLength(byte[] head) {
    int length = ByteBuffer.wrap(head).getInt(0);
    return length < LEAST_BODY_BYTES || length > MAX_BODY_BYTES ? -1 : length;
  }

  /** The checksum that a head announces. */
  static int checksum(byte[] head) {
    return ByteBuffer.wrap(head).getInt(4);
  }

  /**
   * Reads the event in a body.
   *
   * @return null if head and body do not fit
   */
  static @Nullable StampedEvent read(byte[] head, byte[] body) {
    if (checksum(head) != checksum(body, 0, body.length)) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(body);
    boolean numbered = in.get() == 1;
    int keyBytes = in.getInt();
    if (keyBytes < 0 || keyBytes > in.remaining()) {
      return null;
    }
    byte[] key = new byte[keyBytes];
    in.get(key);
    byte[] value = new byte[in.remaining()];
    in.get(value);
    return numbered ? StampedEvent.numbered(key, value) : StampedEvent.asIs(key, value);
  }

  private static int checksum(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
