/** A processor under more load than it can manage. */
@NullMarked
package org.aragora.telemetry.benchmarks.overload;

import org.jspecify.annotations.NullMarked;
