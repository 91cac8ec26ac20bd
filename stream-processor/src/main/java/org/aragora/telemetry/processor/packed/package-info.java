/** A store in memory that takes few bytes beside those of its keys and values. */
@NullMarked
package org.aragora.telemetry.processor.packed;

import org.jspecify.annotations.NullMarked;
