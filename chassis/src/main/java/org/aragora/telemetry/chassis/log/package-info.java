/** How our own services log: one JSON object a line, with the fields of the observability guide. */
@NullMarked
package org.aragora.telemetry.chassis.log;

import org.jspecify.annotations.NullMarked;
