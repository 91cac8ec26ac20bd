/** Watches the heartbeats and offsets of the group and derives liveness and readiness from them. */
@NullMarked
package org.aragora.telemetry.processor.health;

import org.jspecify.annotations.NullMarked;
