/**
 * Log events and the domain's own turning points to lines, pushed to Loki with few labels and
 * stable timestamps.
 */
@NullMarked
package org.aragora.telemetry.exporter.logs;

import org.jspecify.annotations.NullMarked;
