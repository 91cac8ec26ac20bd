/** Lines for a terminal, whatever text they are made of. */
@NullMarked
package org.aragora.telemetry.doctor.top.screen;

import org.jspecify.annotations.NullMarked;
