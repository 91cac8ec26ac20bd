/** Cost of the page at {@code /} to the processor that serves it. */
@NullMarked
package org.aragora.telemetry.benchmarks.page;

import org.jspecify.annotations.NullMarked;
