/** Makes generations of the output topics from a replay, and says which one is served. */
@NullMarked
package org.aragora.telemetry.replay.generation;

import org.jspecify.annotations.NullMarked;
