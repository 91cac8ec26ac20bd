/** The metrics of Aragora by other programs, beside which the processor is measured. */
@NullMarked
package org.aragora.telemetry.rivals;

import org.jspecify.annotations.NullMarked;
