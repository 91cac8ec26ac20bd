package org.aragora.telemetry.exporter.core;

import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.jspecify.annotations.Nullable;

/** Whether the consumer is in touch with its group, by its own account. */
final class KafkaContact {

  private static final double SILENCE_SECONDS = 45;

  private KafkaContact() {}

  /** What is wrong, or null. */
  static @Nullable String trouble(Consumer<?, ?> consumer) {
    for (Map.Entry<MetricName, ? extends Metric> entry : consumer.metrics().entrySet()) {
      if (entry.getKey().name().equals("last-heartbeat-seconds-ago")
          && entry.getValue().metricValue() instanceof Number seconds) {
        if (seconds.doubleValue() < 0) {
          return "it has not joined its consumer group yet";
        }
        if (seconds.doubleValue() > SILENCE_SECONDS) {
          return "no heartbeat was answered for " + seconds.longValue() + " s";
        }
        return null;
      }
    }
    return null;
  }
}
