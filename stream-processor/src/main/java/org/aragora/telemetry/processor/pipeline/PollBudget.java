package org.aragora.telemetry.processor.pipeline;

import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that the records of one poll may have. Over them, the next record is refused. The
 * consumer then returns those before it, stays at it and reads it again in the next poll. The first
 * record of a poll always passes. Not thread-safe.
 */
final class PollBudget {
  private final long bytes;
  private long taken;

  /** Headers of the record that is being read, of which each record has its own. */
  private @Nullable Headers reading;

  /** {@code bytes}: of one poll. */
  PollBudget(long bytes) {
    this.bytes = bytes;
  }

  /** A poll begins. */
  void renew() {
    taken = 0;
    reading = null;
  }

  /**
   * The key or the value of a record is next.
   *
   * @param headers of that record
   * @throws SerializationException if the record has to wait for the next poll
   */
  void record(Headers headers) {
    if (headers == reading) {
      return;
    }
    if (taken >= bytes) {
      throw new SerializationException("the record waits for the next poll");
    }
    reading = headers;
    for (Header header : headers) {
      taken += header.key().length() + (header.value() == null ? 0 : header.value().length);
    }
  }

  /** Counts bytes of that record. */
  void take(int size) {
    taken += size;
  }
}
