/**
 * Accepted events on disk: what {@code emit} took survives an outage longer than any buffer and the
 * death of the process, and goes out later under the number that it would have had.
 */
@NullMarked
package org.aragora.telemetry.producer.spool;

import org.jspecify.annotations.NullMarked;
