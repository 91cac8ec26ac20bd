package org.aragora.telemetry.producer.lane;

import org.apache.kafka.common.utils.Utils;

/**
 * An event that is ready to go but for its number. The arrays are not copied and must not change.
 */
public final class StampedEvent {
  /** Memory of an event beside its bytes: objects, queue places, the record of the client. */
  private static final int OVERHEAD_BYTES = 256;

  private final byte[] key;
  private final byte[] value;
  private final boolean numbered;
  private final boolean lost;
  private final int keyHash;

  private StampedEvent(byte[] key, byte[] value, boolean numbered) {
    this.key = key;
    this.value = value;
    this.numbered = numbered;
    this.lost = false;
    this.keyHash = Utils.murmur2(key);
  }

  private StampedEvent(int keyHash, boolean numbered) {
    this.key = new byte[0];
    this.value = new byte[0];
    this.numbered = numbered;
    this.lost = true;
    this.keyHash = keyHash;
  }

  /** An event of this run: gets epoch and seq when its partition is known. */
  public static StampedEvent numbered(byte[] key, byte[] value) {
    return new StampedEvent(key, value, true);
  }

  /** An event that another producer has stamped: goes out byte for byte. */
  public static StampedEvent asIs(byte[] key, byte[] value) {
    return new StampedEvent(key, value, false);
  }

  /** An event whose bytes are lost: it is given up under its number. */
  public static StampedEvent lost(int keyHash, boolean numbered) {
    return new StampedEvent(keyHash, numbered);
  }

  /** True if its bytes are lost. */
  public boolean isLost() {
    return lost;
  }

  /** Murmur2 of the key, which decides the partition. */
  public int keyHash() {
    return keyHash;
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
    return key.length + value.length + OVERHEAD_BYTES;
  }
}
