/** TLS and passwords of the status server, from one file in the format of Prometheus' exporters. */
@NullMarked
package org.aragora.telemetry.chassis.door;

import org.jspecify.annotations.NullMarked;
