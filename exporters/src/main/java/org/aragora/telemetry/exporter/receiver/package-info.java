/**
 * Stands in for Jaeger and Loki where there are none: speaks OTLP/HTTP and Loki's push API, counts
 * what comes in and keeps nothing. For the quickstart and for benchmarks.
 */
@NullMarked
package org.aragora.telemetry.exporter.receiver;

import org.jspecify.annotations.NullMarked;
