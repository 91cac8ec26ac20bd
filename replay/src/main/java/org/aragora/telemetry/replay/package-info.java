/**
 * Counts the past again, from the input topics, by the code of the live service and without a trace
 * in the cluster; and sends dead letters back. {@code read} reads a bounded range, {@code output}
 * writes the totals, {@code verify} compares it with the live generation.
 */
@NullMarked
package org.aragora.telemetry.replay;

import org.jspecify.annotations.NullMarked;
