package org.aragora.telemetry.processor.ingest;

import org.jspecify.annotations.Nullable;

/**
 * What counting needs of one record.
 *
 * @param offset its offset
 * @param appendTimeMs its record timestamp, milliseconds since 1970
 * @param key its key
 * @param value its value
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody compares or changes
record InputRecord(
    long offset, long appendTimeMs, byte @Nullable [] key, byte @Nullable [] value) {}
