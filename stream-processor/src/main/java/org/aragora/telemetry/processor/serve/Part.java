package org.aragora.telemetry.processor.serve;

import org.aragora.telemetry.schemas.metric.Aggregate;

/**
 * What one input task has for a series. Not changed once it is published.
 *
 * @param value the value
 * @param mature whether it may be shown
 */
record Part(Aggregate value, boolean mature) {}
