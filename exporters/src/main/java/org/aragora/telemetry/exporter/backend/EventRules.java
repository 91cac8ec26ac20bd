package org.aragora.telemetry.exporter.backend;

import java.time.Duration;

/**
 * Rules by which all exporters read events.
 *
 * @param topicPrefix prefix of the topics' names
 * @param lookback longest time from a debate's start to its end, by append time
 * @param maxClockSkew how far an event's time may lie after its append time
 */
public record EventRules(String topicPrefix, Duration lookback, Duration maxClockSkew) {}
