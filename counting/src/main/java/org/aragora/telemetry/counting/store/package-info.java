/** Primitives of the binary formats in which our own topics and stores are written. */
@NullMarked
package org.aragora.telemetry.counting.store;

import org.jspecify.annotations.NullMarked;
