/** Sends dead letters back to the partitions that they came from, each at most once. */
@NullMarked
package org.aragora.telemetry.processor.replay.redrive;

import org.jspecify.annotations.NullMarked;
