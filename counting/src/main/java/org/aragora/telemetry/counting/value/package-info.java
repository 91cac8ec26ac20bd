/** Exact values that merge: of a series, of a part of it, or of a minute. */
@NullMarked
package org.aragora.telemetry.counting.value;

import org.jspecify.annotations.NullMarked;
