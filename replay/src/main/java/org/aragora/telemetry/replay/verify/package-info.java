/**
 * Holds a replay against what the live service has written: every value at the input offset that it
 * says it contains, so that both may be compared while the service runs.
 */
@NullMarked
package org.aragora.telemetry.replay.verify;

import org.jspecify.annotations.NullMarked;
