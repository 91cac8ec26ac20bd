/** Lines of the checklist, each with its finding. */
@NullMarked
package org.aragora.telemetry.doctor.checks;

import org.jspecify.annotations.NullMarked;
