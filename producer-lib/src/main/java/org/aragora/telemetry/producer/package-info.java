/**
 * Application to topics: {@link org.aragora.telemetry.producer.TelemetryProducer} is what an
 * instance writes its events with. What is public here is the library's interface.
 */
@NullMarked
package org.aragora.telemetry.producer;

import org.jspecify.annotations.NullMarked;
