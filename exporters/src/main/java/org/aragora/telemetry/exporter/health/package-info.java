/** Metrics, liveness and readiness of an exporter. */
@NullMarked
package org.aragora.telemetry.exporter.health;

import org.jspecify.annotations.NullMarked;
