/** Quantiles as Prometheus computes them, for programs that show a histogram. */
@NullMarked
package org.aragora.telemetry.chassis.quantile;

import org.jspecify.annotations.NullMarked;
