/** Trace and span ids of events. */
@NullMarked
package org.aragora.telemetry.exporter.trace;

import org.jspecify.annotations.NullMarked;
