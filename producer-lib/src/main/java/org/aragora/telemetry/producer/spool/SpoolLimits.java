package org.aragora.telemetry.producer.spool;

import java.nio.file.Path;
import org.aragora.telemetry.producer.disk.Fsync;

/**
 * Limits of a topic's logs.
 *
 * @param budget shared by the logs of all runs
 * @param segmentBytes size at which a new file begins; room comes back by whole files
 * @param damaged directory of the bytes that could not be read
 */
record SpoolLimits(Budget budget, long segmentBytes, Fsync fsync, Path damaged) {}
