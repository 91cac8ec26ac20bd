/**
 * Settings that every process reads the same way: what reaches the Kafka clients and what does not.
 */
@NullMarked
package org.aragora.telemetry.schemas.kafka;

import org.jspecify.annotations.NullMarked;
