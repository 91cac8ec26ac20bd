/**
 * From a counted event to changes of series. {@link
 * org.aragora.telemetry.counting.measure.MetricCatalog} is the one list of metrics; bucket bounds
 * are set there.
 */
@NullMarked
package org.aragora.telemetry.counting.measure;

import org.jspecify.annotations.NullMarked;
