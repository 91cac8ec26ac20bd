/**
 * From a record to an event's bytes: id, source, time and trace context, and the proof that it
 * counts.
 */
@NullMarked
package org.aragora.telemetry.producer.stamp;

import org.jspecify.annotations.NullMarked;
