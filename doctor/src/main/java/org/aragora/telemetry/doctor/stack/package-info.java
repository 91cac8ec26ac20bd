/** Programs of the stack that the checks ask, and what they answered. */
@NullMarked
package org.aragora.telemetry.doctor.stack;

import org.jspecify.annotations.NullMarked;
