/** Reads a bounded range of the input topics with several workers, from checkpoints if need be. */
@NullMarked
package org.aragora.telemetry.replay.read;

import org.jspecify.annotations.NullMarked;
