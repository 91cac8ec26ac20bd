/**
 * Records as the contract reads them: the two content modes, the fields of each type and their
 * bounds, and the append time of a partition.
 */
@NullMarked
package org.aragora.telemetry.testbed.oracle.record;

import org.jspecify.annotations.NullMarked;
