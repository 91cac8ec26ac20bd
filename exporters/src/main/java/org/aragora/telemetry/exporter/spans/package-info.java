/**
 * Events to spans: one span per operation, ids that are a function of the event, sent by OTLP to
 * Jaeger or to anything else that speaks it.
 */
@NullMarked
package org.aragora.telemetry.exporter.spans;

import org.jspecify.annotations.NullMarked;
