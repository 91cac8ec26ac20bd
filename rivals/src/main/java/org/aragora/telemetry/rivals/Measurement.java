package org.aragora.telemetry.rivals;

/**
 * A change of one series.
 *
 * @param series name and labels, as Prometheus writes them
 * @param value number to add, or to observe
 */
record Measurement(String series, double value) {}
