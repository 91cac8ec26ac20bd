/** The time until an event is visible. */
@NullMarked
package org.aragora.telemetry.benchmarks.freshness;

import org.jspecify.annotations.NullMarked;
