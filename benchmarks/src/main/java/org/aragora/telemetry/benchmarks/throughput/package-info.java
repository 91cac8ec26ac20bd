/** Throughput of the processor on a backlog, beside a bare consumer loop over the same records. */
@NullMarked
package org.aragora.telemetry.benchmarks.throughput;

import org.jspecify.annotations.NullMarked;
