package org.aragora.telemetry.counting.ingest;

import java.util.Optional;
import org.aragora.telemetry.counting.flow.Times;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.ProposedEnd;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.jspecify.annotations.Nullable;

/**
 * A debate that was started and has not ended.
 *
 * @param debateId its id
 * @param startOffset offset of the start; 0 if a release counted it that did not keep it
 * @param startId id of the event that started it
 * @param startTimeNanos event time of the start, nanoseconds since 1970
 * @param startAppendMs append time of the start, milliseconds since 1970
 * @param timeoutNanos after how long it is given up
 * @param domain the start's domain, null if it gave none
 * @param traceparent the start's trace context
 * @param parentSpanId the span above it
 * @param recordKey key of the start's record
 * @param proposed if an end was proposed
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody compares or changes
record OpenDebate(
    String debateId,
    long startOffset,
    String startId,
    long startTimeNanos,
    long startAppendMs,
    long timeoutNanos,
    @Nullable String domain,
    @Nullable String traceparent,
    @Nullable String parentSpanId,
    byte @Nullable [] recordKey,
    boolean proposed) {
  private static final int VERSION = 2;

  /** Append time from which its end is proposed. */
  long deadlineAppendMs(long marginMs) {
    return startAppendMs + timeoutNanos / Times.NANOS_PER_MS + marginMs;
  }

  OpenDebate withEndProposed() {
    return with(startAppendMs, true);
  }

  /** The same debate as if its start had been appended at another time. */
  OpenDebate withStartAppendMs(long appendMs) {
    return with(appendMs, proposed);
  }

  private OpenDebate with(long appendMs, boolean endProposed) {
    return new OpenDebate(
        debateId,
        startOffset,
        startId,
        startTimeNanos,
        appendMs,
        timeoutNanos,
        domain,
        traceparent,
        parentSpanId,
        recordKey,
        endProposed);
  }

  /** The end that is proposed for a debate that nobody ended. */
  Event timeout() {
    return new Event(
        ProposedEnd.id(debateId, startId),
        ProposedEnd.SOURCE,
        Times.instant(startTimeNanos + timeoutNanos),
        traceparent,
        parentSpanId,
        null,
        timeoutData());
  }

  /** The data of that end. */
  DebateCompleted timeoutData() {
    return new DebateCompleted(
        debateId, DebateOutcome.TIMEOUT, timeoutNanos, null, null, domain, null);
  }

  void write(BinaryWriter out) {
    out.writeByte(VERSION)
        .writeString(debateId)
        .writeUnsigned(startOffset)
        .writeString(startId)
        .writeSigned(startTimeNanos)
        .writeSigned(startAppendMs)
        .writeUnsigned(timeoutNanos);
    writeOptional(out, domain);
    writeOptional(out, traceparent);
    writeOptional(out, parentSpanId);
    out.writeBoolean(recordKey != null);
    if (recordKey != null) {
      out.writeBytes(recordKey);
    }
    out.writeBoolean(proposed);
  }

  static OpenDebate read(BinaryReader in) {
    in.readVersion(VERSION, "an open debate");
    return readRest(in.readString(), in.readUnsigned(), in);
  }

  /** Reads what version 1 wrote, which had the id in the key. */
  static OpenDebate read1(String debateId, BinaryReader in) {
    in.readVersion(1, "an open debate");
    return readRest(debateId, 0, in);
  }

  private static OpenDebate readRest(String debateId, long startOffset, BinaryReader in) {
    return new OpenDebate(
        debateId,
        startOffset,
        in.readString(),
        in.readSigned(),
        in.readSigned(),
        in.readUnsigned(),
        readOptional(in).orElse(null),
        readOptional(in).orElse(null),
        readOptional(in).orElse(null),
        in.readBoolean() ? in.readBytes() : null,
        in.readBoolean());
  }

  private static void writeOptional(BinaryWriter out, @Nullable String value) {
    out.writeBoolean(value != null);
    if (value != null) {
      out.writeString(value);
    }
  }

  private static Optional<String> readOptional(BinaryReader in) {
    return in.readBoolean() ? Optional.of(in.readString()) : Optional.empty();
  }
}
