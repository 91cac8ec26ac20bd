/**
 * The events that Aragora instances write: one record per event type, {@link
 * org.aragora.telemetry.schemas.event.EventType} as their registry. Nothing here knows about JSON
 * or Kafka.
 */
@NullMarked
package org.aragora.telemetry.schemas.event;

import org.jspecify.annotations.NullMarked;
