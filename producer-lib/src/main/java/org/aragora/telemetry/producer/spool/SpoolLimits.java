package org.aragora.telemetry.producer.spool;

import org.aragora.telemetry.producer.disk.Fsync;

/**
 * Limits of a topic's logs.
 *
 * @param budget shared by the logs of all runs
 * @param segmentBytes size at which a new file begins; room comes back by whole files
 */
record SpoolLimits(Budget budget, long segmentBytes, Fsync fsync) {}
