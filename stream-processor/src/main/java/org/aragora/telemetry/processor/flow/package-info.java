/** The facts about the broker on which counting and serving depend. */
@NullMarked
package org.aragora.telemetry.processor.flow;

import org.jspecify.annotations.NullMarked;
