/** Buckets that grow by a constant factor, as Prometheus' native histograms have them. */
@NullMarked
package org.aragora.telemetry.counting.value.exponential;

import org.jspecify.annotations.NullMarked;
