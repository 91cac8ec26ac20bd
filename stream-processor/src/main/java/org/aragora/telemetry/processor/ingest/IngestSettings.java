package org.aragora.telemetry.processor.ingest;

import java.time.Duration;

/**
 * What the rules of counting depend on.
 *
 * @param maxClockSkew how far an event time may lie after its append time
 * @param lateGrace how far an event time may lie before partition time
 * @param debateDeadline timeout of a debate that gives none
 * @param proposesEnds whether ends of overdue debates are proposed: not in a replay
 */
public record IngestSettings(
    Duration maxClockSkew, Duration lateGrace, Duration debateDeadline, boolean proposesEnds) {}
