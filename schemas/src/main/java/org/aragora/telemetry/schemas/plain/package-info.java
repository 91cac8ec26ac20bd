/**
 * The fast way to read an event: one pass over the bytes of a value as producers write it. It gives
 * up on whatever is unusual, and the codec then reads the value in full.
 */
@NullMarked
package org.aragora.telemetry.schemas.plain;

import org.jspecify.annotations.NullMarked;
