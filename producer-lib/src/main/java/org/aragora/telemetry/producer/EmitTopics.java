package org.aragora.telemetry.producer;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.aragora.telemetry.schemas.kafka.KafkaClientSettings;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** Topics that the brokers lack, as distinct from brokers that are away. */
final class EmitTopics {
  private EmitTopics() {}

  /**
   * Returns the names of the input topics that do not exist.
   *
   * @throws IllegalStateException in a sentence if no broker answers in time
   * @throws KafkaException if the brokers refuse the client
   */
  static Set<String> missing(KafkaClientSettings kafka, String prefix, Duration timeout)
      throws InterruptedException {
    Map<String, Object> config = new HashMap<>(kafka.values());
    int millis = (int) Math.min(timeout.toMillis(), Integer.MAX_VALUE);
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    List<String> names =
        Arrays.stream(InputTopic.values()).map(topic -> topic.under(prefix)).toList();
    Set<String> missing = new HashSet<>();
    Admin admin = Admin.create(config);
    try {
      for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
          admin.describeTopics(names).topicNameValues().entrySet()) {
        if (isMissing(topic.getValue(), kafka, timeout)) {
          missing.add(topic.getKey());
        }
      }
    } finally {
      admin.close(Duration.ZERO);
    }
    return missing;
  }

  private static boolean isMissing(
      KafkaFuture<TopicDescription> topic, KafkaClientSettings kafka, Duration timeout)
      throws InterruptedException {
    try {
      topic.get();
      return false;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof UnknownTopicOrPartitionException) {
        return true;
      }
      if (cause instanceof AuthorizationException) {
        return false; // sending to it reports the refusal, if there is anything to send
      }
      if (cause instanceof TimeoutException) {
        throw new IllegalStateException(
            "No broker at %s answered within %d s; check KAFKA_BOOTSTRAP_SERVERS and the security settings."
                .formatted(kafka.bootstrapServers(), timeout.toSeconds()),
            e);
      }
      throw cause instanceof KafkaException refused ? refused : new KafkaException(cause);
    }
  }
}
