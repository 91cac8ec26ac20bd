/** From measurements to running totals and windows of one input partition, as absolute values. */
@NullMarked
package org.aragora.telemetry.counting.aggregate;

import org.jspecify.annotations.NullMarked;
