/** Costs of a processor that grow with what it has counted. */
@NullMarked
package org.aragora.telemetry.benchmarks.growth;

import org.jspecify.annotations.NullMarked;
