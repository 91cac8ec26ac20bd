/** Comparisons of served and written values with the expected ones. */
@NullMarked
package org.aragora.telemetry.chaos.checks;

import org.jspecify.annotations.NullMarked;
