/** Faults at random moments, and the rolling upgrade. */
@NullMarked
package org.aragora.telemetry.chaos.faults;

import org.jspecify.annotations.NullMarked;
