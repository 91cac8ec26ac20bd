/**
 * The chaos harness: a cluster, processors and producers as real processes, faults at random
 * moments, and checks from outside that every number stays exact.
 */
@NullMarked
package org.aragora.telemetry.chaos;

import org.jspecify.annotations.NullMarked;
