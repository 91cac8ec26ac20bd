/** One exporter as a process: its settings, its Kafka clients, its start and its end. */
@NullMarked
package org.aragora.telemetry.exporter.process;

import org.jspecify.annotations.NullMarked;
