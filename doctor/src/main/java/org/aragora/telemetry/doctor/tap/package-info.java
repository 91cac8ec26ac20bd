/** {@code bin/telemetry tap}: committed events as they come, as JSON lines. */
@NullMarked
package org.aragora.telemetry.doctor.tap;

import org.jspecify.annotations.NullMarked;
