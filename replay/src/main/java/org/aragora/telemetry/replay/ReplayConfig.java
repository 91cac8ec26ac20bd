package org.aragora.telemetry.replay;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.aragora.telemetry.chassis.redact.Redactor;
import org.aragora.telemetry.chassis.settings.CountingSettings;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.topics.TopicSettings;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;

/**
 * The live service's settings that a replay needs. Immutable.
 *
 * @param clientSettings settings of every Kafka client, by Kafka's names
 * @param topicPrefix prefix of the names of all topics
 * @param applicationId consumer group of the live service
 * @param rules the rules by which a replay counts
 */
record ReplayConfig(
    Map<String, Object> clientSettings,
    String topicPrefix,
    String applicationId,
    CountingRules rules) {
  private static final List<Setting<?>> SETTINGS =
      List.of(
          TopicSettings.PREFIX,
          CountingSettings.APPLICATION_ID,
          CountingSettings.MAX_CLOCK_SKEW,
          CountingSettings.LATE_GRACE,
          CountingSettings.DEBATE_DEADLINE,
          CountingSettings.SERIES_LIMIT,
          CountingSettings.RUN_LIMIT,
          CountingSettings.SERIES_RETENTION);

  /**
   * Reads an environment.
   *
   * @throws InvalidSettingException if a variable is bad or unknown; the message names it
   */
  static ReplayConfig read(Map<String, String> environment) {
    Settings settings = Settings.read(SETTINGS, environment);
    Set<String> names = new HashSet<>(ConsumerConfig.configNames());
    names.addAll(ProducerConfig.configNames());
    names.addAll(AdminClientConfig.configNames());
    return new ReplayConfig(
        new HashMap<>(settings.kafka(names, CountingSettings.REFUSED_CLIENT_SETTINGS).values()),
        settings.get(TopicSettings.PREFIX),
        settings.get(CountingSettings.APPLICATION_ID),
        new CountingRules(
            settings.get(CountingSettings.MAX_CLOCK_SKEW),
            settings.get(CountingSettings.LATE_GRACE),
            settings.get(CountingSettings.DEBATE_DEADLINE),
            settings.get(CountingSettings.SERIES_LIMIT),
            settings.get(CountingSettings.RUN_LIMIT),
            settings.get(CountingSettings.SERIES_RETENTION),
            Duration.ZERO,
            false,
            Redactor.ofLabels()::text));
  }
}
