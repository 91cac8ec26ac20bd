/**
 * Failures of stream threads: their places, their number, and the sentence for a person on call.
 */
@NullMarked
package org.aragora.telemetry.processor.failure;

import org.jspecify.annotations.NullMarked;
