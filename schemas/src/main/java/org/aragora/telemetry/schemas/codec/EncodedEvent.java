package org.aragora.telemetry.schemas.codec;

/**
 * The value of an event, and what is known about it.
 *
 * @param value one JSON object in UTF-8
 * @param isSurelyValid true only if {@link EventCodec#decode} finds the value valid, in the topic
 *     of the event's type and at the append time that was given, and reads an event with the same
 *     key; false if that is not so or not known
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record EncodedEvent(byte[] value, boolean isSurelyValid) {}
