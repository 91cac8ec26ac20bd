/**
 * The metric model: descriptors with fingerprints, series, exact aggregates that merge, and the
 * versioned binary formats in which they travel and are stored.
 */
@NullMarked
package org.aragora.telemetry.counting.metric;

import org.jspecify.annotations.NullMarked;
