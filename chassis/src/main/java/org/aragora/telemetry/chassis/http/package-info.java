/** The status server of every service: metrics, health, and the health that it reports. */
@NullMarked
package org.aragora.telemetry.chassis.http;

import org.jspecify.annotations.NullMarked;
