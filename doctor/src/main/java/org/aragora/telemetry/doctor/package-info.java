/** The 16 lines of the guide's verification checklist, each looked at in a running stack. */
@NullMarked
package org.aragora.telemetry.doctor;

import org.jspecify.annotations.NullMarked;
