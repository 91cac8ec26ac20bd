/** Writes a replay as a new generation of the output topics, and promotes generations. */
@NullMarked
package org.aragora.telemetry.replay.generation;

import org.jspecify.annotations.NullMarked;
