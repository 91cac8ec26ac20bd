/**
 * Data of the events that Aragora instances write: one record per event type. Depends on neither
 * JSON nor Kafka.
 */
@NullMarked
package org.aragora.telemetry.schemas.event;

import org.jspecify.annotations.NullMarked;
