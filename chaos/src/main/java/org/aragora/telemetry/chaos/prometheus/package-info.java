/** A real Prometheus beside a run, and the checks of its samples. */
@NullMarked
package org.aragora.telemetry.chaos.prometheus;

import org.jspecify.annotations.NullMarked;
