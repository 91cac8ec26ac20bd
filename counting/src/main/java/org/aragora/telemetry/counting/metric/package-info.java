/** Metrics and series: descriptors with fingerprints, and the keys of our own topics. */
@NullMarked
package org.aragora.telemetry.counting.metric;

import org.jspecify.annotations.NullMarked;
