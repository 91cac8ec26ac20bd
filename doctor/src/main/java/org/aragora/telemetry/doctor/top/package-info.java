/** {@code bin/telemetry top}: the figures of the page in a terminal. */
@NullMarked
package org.aragora.telemetry.doctor.top;

import org.jspecify.annotations.NullMarked;
