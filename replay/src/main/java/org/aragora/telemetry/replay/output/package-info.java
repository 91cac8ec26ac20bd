/** Writes the totals of a replay: the same bytes for the same range. */
@NullMarked
package org.aragora.telemetry.replay.output;

import org.jspecify.annotations.NullMarked;
