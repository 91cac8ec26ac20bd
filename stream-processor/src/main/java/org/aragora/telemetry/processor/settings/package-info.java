/** The settings of the processor. */
@NullMarked
package org.aragora.telemetry.processor.settings;

import org.jspecify.annotations.NullMarked;
