/**
 * Generations of the output topics: how what belongs to one is named, which there are, and which
 * one the processors serve.
 */
@NullMarked
package org.aragora.telemetry.counting.generation;

import org.jspecify.annotations.NullMarked;
