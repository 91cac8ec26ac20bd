/** The log of our own programs: one JSON object a line, with the fields of the guide. */
@NullMarked
package org.aragora.telemetry.chassis.log;

import org.jspecify.annotations.NullMarked;
