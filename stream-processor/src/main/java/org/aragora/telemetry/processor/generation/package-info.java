/**
 * Runs the current generation and switches to the next one, which serves nothing until it has
 * counted everything that the others served.
 */
@NullMarked
package org.aragora.telemetry.processor.generation;

import org.jspecify.annotations.NullMarked;
