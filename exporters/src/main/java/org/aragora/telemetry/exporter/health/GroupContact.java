package org.aragora.telemetry.exporter.health;

import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.jspecify.annotations.Nullable;

/** Contact of a consumer with its group, from the consumer's own metrics. */
public final class GroupContact {

  static final String NOT_JOINED = "it has not joined its consumer group yet";
  private static final double MAX_SILENCE_SECONDS = 45;

  private GroupContact() {}

  /** Failure of the contact, null without one. */
  public static @Nullable String failure(Consumer<?, ?> consumer) {
    for (Map.Entry<MetricName, ? extends Metric> entry : consumer.metrics().entrySet()) {
      if (entry.getKey().name().equals("last-heartbeat-seconds-ago")
          && entry.getValue().metricValue() instanceof Number seconds) {
        if (seconds.doubleValue() < 0) {
          return NOT_JOINED;
        }
        return seconds.doubleValue() > MAX_SILENCE_SECONDS
            ? "no heartbeat was answered for %d s".formatted(seconds.longValue())
            : null;
      }
    }
    return null;
  }
}
