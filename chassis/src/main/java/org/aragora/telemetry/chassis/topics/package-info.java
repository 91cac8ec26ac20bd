/** Topics and groups: creation with the settings that the guarantees rely on, and readers. */
@NullMarked
package org.aragora.telemetry.chassis.topics;

import org.jspecify.annotations.NullMarked;
