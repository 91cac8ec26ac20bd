/** The cost of an event's bytes. */
@NullMarked
package org.aragora.telemetry.benchmarks.codec;

import org.jspecify.annotations.NullMarked;
