package org.aragora.telemetry.processor.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.topic.DeadLetterHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Builds the dead letter of a record that is not a valid event: its key, value and headers, and
 * {@link DeadLetterHeaders} with its origin and the reason. A part that would not fit the topic is
 * cut, and a header keeps its size.
 */
final class DeadLetter {
  private static final String VALUE_SIZE = DeadLetterHeaders.PREFIX + "value-size";
  private static final String KEY_SIZE = DeadLetterHeaders.PREFIX + "key-size";
  private static final String HEADERS_SIZE = DeadLetterHeaders.PREFIX + "headers-size";

  private static final int CUT_BYTES = 64 * 1024;
  private static final int MAX_PART_BYTES = EventCodec.MAX_VALUE_BYTES;

  private DeadLetter() {}

  static Record<byte[], byte[]> of(
      Record<byte[], byte[]> record,
      RecordMetadata metadata,
      Decoded.Invalid invalid,
      long wallClockMs) {
    RecordHeaders headers = new RecordHeaders();
    int headerBytes = size(record.headers());
    if (headerBytes <= MAX_PART_BYTES) {
      record.headers().forEach(headers::add);
    } else {
      put(headers, HEADERS_SIZE, String.valueOf(headerBytes));
    }
    put(headers, DeadLetterHeaders.TOPIC, metadata.topic());
    put(headers, DeadLetterHeaders.PARTITION, String.valueOf(metadata.partition()));
    put(headers, DeadLetterHeaders.OFFSET, String.valueOf(metadata.offset()));
    put(headers, DeadLetterHeaders.REASON, invalid.reason().label());
    put(headers, DeadLetterHeaders.MESSAGE, invalid.message());
    byte[] key = cut(record.key(), headers, KEY_SIZE);
    byte[] value = cut(record.value(), headers, VALUE_SIZE);
    return new Record<>(key, value, wallClockMs, headers);
  }

  @SuppressWarnings("NullAway") // Kafka's records may have neither key nor value
  private static byte[] cut(byte @Nullable [] bytes, Headers headers, String sizeHeader) {
    if (bytes == null || bytes.length <= MAX_PART_BYTES) {
      return bytes;
    }
    put(headers, sizeHeader, String.valueOf(bytes.length));
    return Arrays.copyOf(bytes, CUT_BYTES);
  }

  private static int size(Headers headers) {
    long size = 0;
    for (Header header : headers) {
      size += header.key().length() + (header.value() == null ? 0 : header.value().length);
    }
    return (int) Math.min(size, Integer.MAX_VALUE);
  }

  private static void put(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
