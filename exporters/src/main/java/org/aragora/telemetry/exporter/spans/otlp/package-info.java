/** Sends spans over OTLP with the OpenTelemetry SDK's exporters, and returns each answer. */
@NullMarked
package org.aragora.telemetry.exporter.spans.otlp;

import org.jspecify.annotations.NullMarked;
