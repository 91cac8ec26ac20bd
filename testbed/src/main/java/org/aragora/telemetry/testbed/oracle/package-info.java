/**
 * The expected values of every metric, counted from the records by the contract alone. The oracle
 * shares no code with the product, reads JSON with another parser, and is slow and plain on
 * purpose. {@link org.aragora.telemetry.testbed.oracle.MetricTable} lists the metrics.
 */
@NullMarked
package org.aragora.telemetry.testbed.oracle;

import org.jspecify.annotations.NullMarked;
