package org.aragora.telemetry.processor.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.aragora.telemetry.chassis.redact.RecordRedaction;
import org.aragora.telemetry.chassis.topics.RecordSize;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.text.Unicode;
import org.aragora.telemetry.schemas.text.Utf8;
import org.aragora.telemetry.schemas.topic.DeadLetterHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Builds the dead letter of a record that is not a valid event: its key, value and headers, and
 * {@link DeadLetterHeaders} with its origin and the reason. What does not fit the topic is cut: the
 * headers first, then the value, then the key. A header keeps the size of each.
 */
final class DeadLetter {
  static final String VALUE_SIZE = DeadLetterHeaders.PREFIX + "value-size";
  static final String KEY_SIZE = DeadLetterHeaders.PREFIX + "key-size";
  static final String HEADERS_SIZE = DeadLetterHeaders.PREFIX + "headers-size";

  /** Headers that stand for a state of the letter, so those of the record itself are left out. */
  private static final Set<String> STATES =
      Set.of(VALUE_SIZE, KEY_SIZE, HEADERS_SIZE, DeadLetterHeaders.REDACTED);

  private static final int CUT_BYTES = 64 * 1024;
  private static final int MAX_PART_BYTES = EventCodec.MAX_VALUE_BYTES;

  /** Sizes of parts that are cut, in headers, and the end of a cut message. */
  private static final int MARKS_BYTES = 256;

  private static final int MAX_MESSAGE_CHARS = 1024;

  private DeadLetter() {}

  /**
   * The form of dead letters.
   *
   * @param room most that one may have by {@link RecordSize}
   * @param redaction null if they keep what was written
   */
  record Form(int room, @Nullable RecordRedaction redaction) {}

  @SuppressWarnings("ReferenceEquality") // redaction returns the same record if it changed nothing
  static Record<byte[], byte[]> of(
      Record<byte[], byte[]> read,
      RecordMetadata metadata,
      Decoded.Invalid invalid,
      long wallClockMs,
      Form form) {
    Record<byte[], byte[]> clean = redacted(read, form.redaction());
    Record<byte[], byte[]> record = clean == null ? read : clean;
    int room = form.room();
    Headers origin = origin(metadata, invalid, form.redaction());
    if (clean != null) {
      put(origin, DeadLetterHeaders.REDACTED, "true");
    }
    long ownBytes = RecordSize.of(null, null, origin) + MARKS_BYTES;
    RecordHeaders headers = new RecordHeaders();
    long headerBytes = size(record.headers());
    long headerRoom = RecordSize.of(record.headers());
    Header dropped = record.headers().lastHeader(HEADERS_SIZE);
    boolean keepsHeaders =
        dropped == null
            && headerBytes <= MAX_PART_BYTES
            && ownBytes
                    + headerRoom
                    + kept(record.key(), MAX_PART_BYTES)
                    + kept(record.value(), MAX_PART_BYTES)
                <= room;
    if (keepsHeaders) {
      for (Header header : record.headers()) {
        if (!STATES.contains(header.key())) {
          headers.add(header);
        }
      }
      ownBytes += headerRoom;
    } else if (headerBytes > 0) {
      put(headers, HEADERS_SIZE, String.valueOf(size(dropped, headerBytes)));
    }
    origin.forEach(headers::add);
    long left = Math.max(0, room - ownBytes);
    // What is left goes to the key before the value, because the value is cut first.
    byte[] key = cut(record.key(), left);
    left -= key == null ? 0 : key.length;
    byte[] value = cut(record.value(), left);
    if (key != record.key()) {
      keepSize(read, KEY_SIZE, read.key(), headers);
    }
    if (value != record.value()) {
      keepSize(read, VALUE_SIZE, read.value(), headers);
    }
    return new Record<>(key, value, wallClockMs, headers);
  }

  /** The record without its secrets; null if it has none. */
  private static @Nullable Record<byte[], byte[]> redacted(
      Record<byte[], byte[]> read, @Nullable RecordRedaction redaction) {
    if (redaction == null) {
      return null;
    }
    RecordHeaders headers = new RecordHeaders();
    boolean changed = false;
    for (Header header : read.headers()) {
      Header clean = redaction.header(header);
      changed |= clean != header;
      headers.add(clean);
    }
    byte[] key = redaction.bytesOrNull(read.key());
    byte[] value = redaction.bytesOrNull(read.value());
    changed |= key != read.key() || value != read.value();
    return changed ? read.withKey(key).withValue(value).withHeaders(headers) : null;
  }

  private static Headers origin(
      RecordMetadata metadata, Decoded.Invalid invalid, @Nullable RecordRedaction redaction) {
    Headers origin = new RecordHeaders();
    put(origin, DeadLetterHeaders.TOPIC, metadata.topic());
    put(origin, DeadLetterHeaders.PARTITION, String.valueOf(metadata.partition()));
    put(origin, DeadLetterHeaders.OFFSET, String.valueOf(metadata.offset()));
    put(origin, DeadLetterHeaders.REASON, invalid.reason().label());
    String message = redaction == null ? invalid.message() : redaction.text(invalid.message());
    if (Unicode.isLongerThan(message, MAX_MESSAGE_CHARS)) {
      message = Unicode.cut(message, MAX_MESSAGE_CHARS) + "\u2026";
    }
    put(origin, DeadLetterHeaders.MESSAGE, message);
    return origin;
  }

  private static int kept(byte @Nullable [] bytes, int most) {
    if (bytes == null) {
      return 0;
    }
    return bytes.length <= most ? bytes.length : Math.min(CUT_BYTES, most);
  }

  @SuppressWarnings("NullAway") // Kafka's records may have neither key nor value
  private static byte[] cut(byte @Nullable [] bytes, long left) {
    int kept = kept(bytes, (int) Math.min(MAX_PART_BYTES, left));
    return bytes == null || kept == bytes.length ? bytes : Utf8.cut(bytes, kept);
  }

  private static void keepSize(
      Record<byte[], byte[]> record, String name, byte @Nullable [] whole, Headers headers) {
    if (whole != null) {
      boolean wasCut = whole.length == BoundedRecords.LIMIT + 1;
      Header size = wasCut ? record.headers().lastHeader(name) : null;
      put(headers, name, String.valueOf(size(size, whole.length)));
    }
  }

  /** The size that the reader has noted in a header, which anybody may have written too. */
  private static long size(@Nullable Header noted, long otherwise) {
    String text =
        noted == null || noted.value() == null
            ? ""
            : new String(noted.value(), StandardCharsets.UTF_8);
    return text.matches("[0-9]{1,10}") ? Long.parseLong(text) : otherwise;
  }

  private static long size(Headers headers) {
    long size = 0;
    for (Header header : headers) {
      size += header.key().length() + (header.value() == null ? 0 : header.value().length);
    }
    return size;
  }

  private static void put(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
