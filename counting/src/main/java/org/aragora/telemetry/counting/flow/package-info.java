/** The types that travel between the stages, and between a partition's counter and its host. */
@NullMarked
package org.aragora.telemetry.counting.flow;

import org.jspecify.annotations.NullMarked;
