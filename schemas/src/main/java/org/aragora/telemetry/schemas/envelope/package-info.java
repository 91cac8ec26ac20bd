/**
 * CloudEvents around the data: an {@link org.aragora.telemetry.schemas.envelope.Event}, the
 * registry of {@link org.aragora.telemetry.schemas.envelope.EventType}s, and the form of a trace
 * context.
 */
@NullMarked
package org.aragora.telemetry.schemas.envelope;

import org.jspecify.annotations.NullMarked;
