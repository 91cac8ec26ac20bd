/**
 * Events to bytes and back: CloudEvents 1.0, structured JSON mode. Every validity rule of an event,
 * with its reason, is here.
 */
@NullMarked
package org.aragora.telemetry.schemas.codec;

import org.jspecify.annotations.NullMarked;
