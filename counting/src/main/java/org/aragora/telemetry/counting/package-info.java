/**
 * The pure core: the records of one input partition in; ledger, totals, windows, dead letters and
 * proposed ends out. It has no clock, thread or Kafka client. {@link
 * org.aragora.telemetry.counting.PartitionCounter} is the way in, and a host implements {@link
 * org.aragora.telemetry.counting.flow.CountSink}.
 */
@NullMarked
package org.aragora.telemetry.counting;

import org.jspecify.annotations.NullMarked;
