/**
 * From changes to running totals and windows of one input partition, written out as absolute
 * values.
 */
@NullMarked
package org.aragora.telemetry.processor.aggregate;

import org.jspecify.annotations.NullMarked;
