/**
 * Receiver that stands in for Jaeger and Loki: accepts OTLP/HTTP and Loki's push API, counts items
 * and keeps none of them. For the quickstart, tests and benchmarks.
 */
@NullMarked
package org.aragora.telemetry.testbed.receiver;

import org.jspecify.annotations.NullMarked;
