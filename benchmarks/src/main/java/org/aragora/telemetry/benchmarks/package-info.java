/** Programs that measure and try to break the pipeline. */
@NullMarked
package org.aragora.telemetry.benchmarks;

import org.jspecify.annotations.NullMarked;
