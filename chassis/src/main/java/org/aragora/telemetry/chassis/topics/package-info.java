/** Creation of the topics with the settings that the guarantees rely on. */
@NullMarked
package org.aragora.telemetry.chassis.topics;

import org.jspecify.annotations.NullMarked;
