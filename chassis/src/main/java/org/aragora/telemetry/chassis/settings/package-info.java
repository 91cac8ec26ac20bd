/** Settings of every program: each declared once, read from the environment, refused by name. */
@NullMarked
package org.aragora.telemetry.chassis.settings;

import org.jspecify.annotations.NullMarked;
