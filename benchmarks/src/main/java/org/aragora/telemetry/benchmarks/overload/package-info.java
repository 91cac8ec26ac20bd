/** What the processor does when there is more than it can manage. */
@NullMarked
package org.aragora.telemetry.benchmarks.overload;

import org.jspecify.annotations.NullMarked;
