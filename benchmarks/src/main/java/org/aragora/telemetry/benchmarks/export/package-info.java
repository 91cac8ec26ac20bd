/**
 * Throughput of each exporter on a backlog, beside a program without guarantees that sends the same
 * from memory.
 */
@NullMarked
package org.aragora.telemetry.benchmarks.export;

import org.jspecify.annotations.NullMarked;
