/**
 * Receiver that stands in for Jaeger and Loki: accepts OTLP/HTTP and Loki's push API and counts
 * items. For the quickstart it also keeps the last ones; for tests and benchmarks, none.
 */
@NullMarked
package org.aragora.telemetry.testbed.receiver;

import org.jspecify.annotations.NullMarked;
