/** Mains of services and commands: log, signals, refusals, exit codes. */
@NullMarked
package org.aragora.telemetry.chassis.main;

import org.jspecify.annotations.NullMarked;
