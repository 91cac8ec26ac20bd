/**
 * State of the assigned partitions: pending records, committable offsets, lag, and the past that is
 * read before the first record.
 */
@NullMarked
package org.aragora.telemetry.exporter.partition;

import org.jspecify.annotations.NullMarked;
