package org.aragora.telemetry.producer.lane;

/**
 * The place of an event in its topic. It belongs to that event for ever.
 *
 * @param partition its partition
 * @param seq its number there, 0 if it has none
 */
public record Place(int partition, long seq) {}
