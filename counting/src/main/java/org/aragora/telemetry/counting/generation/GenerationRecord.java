package org.aragora.telemetry.counting.generation;

import java.util.Optional;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.jspecify.annotations.Nullable;

/** A record of the generations topic. Key and value begin with their version. */
public sealed interface GenerationRecord {

  /** The generation that the record describes. */
  Generation generation();

  /** When it was written, milliseconds since 1970. */
  long atMs();

  /** The processors count into this generation and serve it. One key: the last one holds. */
  record Current(Generation generation, long atMs) implements GenerationRecord {}

  /**
   * State of a generation that a replay makes.
   *
   * @param note for a person: where it came from
   */
  record Made(Generation generation, State state, long atMs, String note)
      implements GenerationRecord {}

  /** Progress of a generation. The numbers on the wire never change. */
  enum State {
    /** Being written, or left half-written. */
    WRITING(1),
    /** Everything is there: it can be served. */
    COMPLETE(2),
    /** Its topics were deleted. Its number is not used again. */
    DISCARDED(3);

    private final int wire;

    State(int wire) {
      this.wire = wire;
    }

    private static State of(int wire) {
      for (State state : values()) {
        if (state.wire == wire) {
          return state;
        }
      }
      throw new CorruptRecordException("no state of a generation has the number " + wire);
    }
  }

  /** Version and kind, then the identity of the record within its kind. */
  default byte[] key() {
    BinaryWriter out = new BinaryWriter().writeByte(1);
    if (this instanceof Made made) {
      return out.writeByte(2).writeUnsigned(made.generation.number()).toBytes();
    }
    return out.writeByte(1).toBytes();
  }

  /** Version, then the rest. */
  default byte[] value() {
    BinaryWriter out = new BinaryWriter().writeByte(1);
    if (this instanceof Made made) {
      return out.writeByte(made.state.wire)
          .writeUnsigned(made.atMs)
          .writeString(made.note)
          .toBytes();
    }
    return out.writeUnsigned(generation().number()).writeUnsigned(atMs()).toBytes();
  }

  /**
   * Reads any record of the generations topic; empty if no release up to this one has written its
   * key, or if it was deleted.
   *
   * @throws CorruptRecordException if the value under a key of ours cannot be read
   */
  static Optional<GenerationRecord> find(byte @Nullable [] key, byte @Nullable [] value) {
    return key != null && value != null && isKey(key)
        ? Optional.of(of(key, value))
        : Optional.empty();
  }

  private static boolean isKey(byte[] bytes) {
    BinaryReader key = new BinaryReader(bytes);
    try {
      if (key.readByte() != 1) {
        return false;
      }
      int kind = key.readByte();
      return kind == 1 ? key.atEnd() : kind == 2 && key.readInt() >= 0 && key.atEnd();
    } catch (CorruptRecordException e) {
      return false;
    }
  }

  /** Reads what {@link #key} and {@link #value} wrote. */
  public static GenerationRecord of(byte[] keyBytes, byte[] valueBytes) {
    BinaryReader key = new BinaryReader(keyBytes);
    key.readVersion(1, "a key of the generations topic");
    BinaryReader value = new BinaryReader(valueBytes);
    value.readVersion(1, "a value of the generations topic");
    int kind = key.readByte();
    return switch (kind) {
      case 1 -> new Current(new Generation(value.readInt()), value.readUnsigned());
      case 2 ->
          new Made(
              new Generation(key.readInt()),
              State.of(value.readByte()),
              value.readUnsigned(),
              value.readString());
      default ->
          throw new CorruptRecordException("no key of the generations topic has the kind " + kind);
    };
  }
}
