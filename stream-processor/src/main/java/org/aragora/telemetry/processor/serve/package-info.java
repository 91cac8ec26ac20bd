/**
 * From the metrics topic to {@code /metrics}: merges the parts of each series and serves what is
 * committed, by one instance at a time.
 */
@NullMarked
package org.aragora.telemetry.processor.serve;

import org.jspecify.annotations.NullMarked;
