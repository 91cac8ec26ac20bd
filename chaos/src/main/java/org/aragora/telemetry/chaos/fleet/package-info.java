/** Processors of a run, as processes. */
@NullMarked
package org.aragora.telemetry.chaos.fleet;

import org.jspecify.annotations.NullMarked;
