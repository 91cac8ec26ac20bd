/** Facts about the broker on which counting and serving depend, and the times that follow. */
@NullMarked
package org.aragora.telemetry.processor.flow;

import org.jspecify.annotations.NullMarked;
