package org.aragora.telemetry.counting.flow;

import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The part of a record on which counting depends.
 *
 * @param offset its offset
 * @param appendTimeMs its record timestamp, milliseconds since 1970
 * @param key its key
 * @param headers its headers
 * @param value its value
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody compares or changes
public record InputRecord(
    long offset,
    long appendTimeMs,
    byte @Nullable [] key,
    Iterable<Header> headers,
    byte @Nullable [] value) {

  /** A record without headers. */
  public InputRecord(
      long offset, long appendTimeMs, byte @Nullable [] key, byte @Nullable [] value) {
    this(offset, appendTimeMs, key, List.of(), value);
  }
}
