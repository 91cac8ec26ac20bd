/**
 * Sends dead letters back, each at most once: the processor's to the partitions that they came
 * from, an exporter's to that exporter.
 */
@NullMarked
package org.aragora.telemetry.replay.redrive;

import org.jspecify.annotations.NullMarked;
