/** Parameters of a chaos run. */
@NullMarked
package org.aragora.telemetry.chaos.settings;

import org.jspecify.annotations.NullMarked;
