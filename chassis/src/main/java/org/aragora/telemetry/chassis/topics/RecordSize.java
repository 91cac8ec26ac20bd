package org.aragora.telemetry.chassis.topics;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Size of a record on its way to a topic, never less than the broker compares with {@code
 * max.message.bytes}. The broker measures the batch after compression; a record that is larger than
 * a batch of the producer is a batch of its own.
 */
public final class RecordSize {
  /** Header of a batch, and of a record with the longest lengths and differences. */
  private static final int BATCH_BYTES = 61 + 21;

  private static final int LENGTHS_OF_A_HEADER = 10;

  /** Compression adds frames to bytes that it cannot shrink: at most one part in this many. */
  private static final int FRAMES_PART = 256;

  private static final int FRAMES_BYTES = 512;

  private RecordSize() {}

  /** Upper bound of the size of a record. */
  public static long of(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
    return of(headers) + BATCH_BYTES + length(key) + length(value);
  }

  /** Upper bound of the size of headers. */
  public static long of(Headers headers) {
    long size = 0;
    for (Header header : headers) {
      size +=
          LENGTHS_OF_A_HEADER
              + header.key().getBytes(StandardCharsets.UTF_8).length
              + length(header.value());
    }
    return size;
  }

  /**
   * Largest {@link #of} that a topic takes, whatever the bytes are and however they are compressed.
   *
   * @param maxMessageBytes the topic's {@code max.message.bytes}
   */
  public static int room(int maxMessageBytes) {
    return maxMessageBytes - FRAMES_BYTES - maxMessageBytes / FRAMES_PART;
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
