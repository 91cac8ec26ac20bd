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
import org.jspecify.annotations.Nullable;

/**
 * The record of the dead-letter topic for a record that is no valid event: its key, value and
 * headers, and in headers of ours where it came from and why. What would not fit the topic is cut,
 * and its size kept.
 */
final class DeadLetter {
  static final String TOPIC = "aragora-dlq-topic";
  static final String PARTITION = "aragora-dlq-partition";
  static final String OFFSET = "aragora-dlq-offset";
  static final String REASON = "aragora-dlq-reason";
  static final String MESSAGE = "aragora-dlq-message";
  static final String VALUE_SIZE = "aragora-dlq-value-size";
  static final String KEY_SIZE = "aragora-dlq-key-size";
  static final String HEADERS_SIZE = "aragora-dlq-headers-size";

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
    put(headers, TOPIC, metadata.topic());
    put(headers, PARTITION, String.valueOf(metadata.partition()));
    put(headers, OFFSET, String.valueOf(metadata.offset()));
    put(headers, REASON, invalid.reason().label());
    put(headers, MESSAGE, invalid.message());
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
