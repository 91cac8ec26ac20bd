/**
 * Compares a replay with the values that the live service has written, each at the input offset
 * that it contains, so that the service may run meanwhile.
 */
@NullMarked
package org.aragora.telemetry.replay.verify;

import org.jspecify.annotations.NullMarked;
