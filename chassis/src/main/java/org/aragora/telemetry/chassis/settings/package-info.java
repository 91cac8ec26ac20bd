/** Settings of the services, read from the environment. */
@NullMarked
package org.aragora.telemetry.chassis.settings;

import org.jspecify.annotations.NullMarked;
