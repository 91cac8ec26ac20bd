/** Figures of the processors, as their pages answer them, and rates from their differences. */
@NullMarked
package org.aragora.telemetry.doctor.top.figures;

import org.jspecify.annotations.NullMarked;
