/** The parts of each series, as the reader of a partition of the metrics topic has them. */
@NullMarked
package org.aragora.telemetry.processor.serve.parts;

import org.jspecify.annotations.NullMarked;
