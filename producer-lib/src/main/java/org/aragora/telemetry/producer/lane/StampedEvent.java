package org.aragora.telemetry.producer.lane;

/**
 * An event that is ready to go but for its number. The arrays are not copied and must not change.
 */
public final class StampedEvent {
  /** Memory of an event beside its bytes: objects, queue places, the record of the client. */
  private static final int OVERHEAD_BYTES = 256;

  private final byte[] key;
  private final byte[] value;
  private final boolean numbered;
  private final int bytes;

  private StampedEvent(byte[] key, byte[] value, boolean numbered) {
    this.key = key;
    this.value = value;
    this.numbered = numbered;
    this.bytes = key.length + value.length + OVERHEAD_BYTES;
  }

  /** An event of this run: gets epoch and seq when its partition is known. */
  public static StampedEvent numbered(byte[] key, byte[] value) {
    return new StampedEvent(key, value, true);
  }

  /** An event that another producer has stamped: goes out byte for byte. */
  public static StampedEvent asIs(byte[] key, byte[] value) {
    return new StampedEvent(key, value, false);
  }

  /** Key of the record. */
  public byte[] key() {
    return key;
  }

  /** One JSON object in UTF-8, without epoch and seq if it is still to be numbered. */
  public byte[] value() {
    return value;
  }

  /** True if it gets a number. */
  public boolean isNumbered() {
    return numbered;
  }

  /** Memory that it holds until it is settled, roughly. */
  public int bytes() {
    return bytes;
  }
}
