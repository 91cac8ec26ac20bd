/** Writes what a replay has counted: the same bytes for the same range, whoever counted it. */
@NullMarked
package org.aragora.telemetry.replay.output;

import org.jspecify.annotations.NullMarked;
