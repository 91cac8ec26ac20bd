/** The cost of an event to the instance that emits it. */
@NullMarked
package org.aragora.telemetry.benchmarks.emit;

import org.jspecify.annotations.NullMarked;
