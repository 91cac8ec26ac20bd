/**
 * Application to topics: an instance writes its events with a {@link
 * org.aragora.telemetry.producer.TelemetryProducer}. The public types of this package, {@code
 * stamp.EventContext}, {@code disk.Fsync}, and {@code report} but for its accounts are the
 * library's interface.
 */
@NullMarked
package org.aragora.telemetry.producer;

import org.jspecify.annotations.NullMarked;
