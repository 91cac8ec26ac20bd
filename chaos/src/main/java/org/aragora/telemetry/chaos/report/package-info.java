/** Violations and faults of a run, and the table at its end. */
@NullMarked
package org.aragora.telemetry.chaos.report;

import org.jspecify.annotations.NullMarked;
