package org.aragora.telemetry.producer;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.aragora.telemetry.producer.report.TelemetryListener;

/**
 * Checked settings of a producer.
 *
 * @param kafka settings of the Kafka client, complete
 * @param heartbeat time between two heartbeats, zero for none
 * @param emitWait time that emit may wait for room
 * @param maxEvents events of a topic that may be on their way
 * @param maxBytes their bytes
 */
record ProducerSettings(
    String instanceId,
    String topicPrefix,
    Map<String, Object> kafka,
    Duration heartbeat,
    Duration emitWait,
    int maxEvents,
    long maxBytes,
    Clock clock,
    TelemetryListener listener) {

  ProducerSettings {
    kafka = Map.copyOf(kafka);
  }

  /** Source of the instance's events. */
  String source() {
    return "/aragora/instances/" + instanceId;
  }
}
