package org.aragora.telemetry.chassis.topics;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * A topic as the cluster has it.
 *
 * @param id another one if it is deleted and made again under its name
 * @param settings by their Kafka names, the broker's defaults among them; empty if the client may
 *     not read them
 */
public record TopicState(Uuid id, int partitions, Map<String, String> settings) {
  private static final long TIMEOUT_SECONDS = 15;

  public TopicState {
    settings = Map.copyOf(settings);
  }

  /**
   * Reads topics; one that does not exist is absent from the result.
   *
   * @throws ExecutionException if the cluster does not answer or refuses; the cause has the reason
   */
  public static Map<String, TopicState> read(Admin admin, Collection<String> names)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, TopicDescription> described = new HashMap<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
        admin.describeTopics(names).topicNameValues().entrySet()) {
      unlessMissing(topic.getKey(), topic.getValue(), described);
    }
    List<ConfigResource> resources =
        described.keySet().stream()
            .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
            .toList();
    Map<String, Config> settings = new HashMap<>();
    for (Map.Entry<ConfigResource, KafkaFuture<Config>> topic :
        admin.describeConfigs(resources).values().entrySet()) {
      try {
        unlessMissing(topic.getKey().name(), topic.getValue(), settings);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof AuthorizationException)) {
          throw e;
        }
        settings.put(topic.getKey().name(), new Config(List.of()));
      }
    }
    Map<String, TopicState> states = new HashMap<>();
    described.forEach(
        (name, topic) -> {
          Config config = settings.get(name);
          if (config != null) {
            states.put(
                name, new TopicState(topic.topicId(), topic.partitions().size(), values(config)));
          }
        });
    return states;
  }

  private static <T> void unlessMissing(String name, KafkaFuture<T> answer, Map<String, T> found)
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      found.put(name, answer.get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
        throw Refusals.named(e, "Describe", name);
      }
    }
  }

  private static Map<String, String> values(Config config) {
    Map<String, String> values = new HashMap<>();
    for (ConfigEntry entry : config.entries()) {
      if (entry.value() != null) {
        values.put(entry.name(), entry.value());
      }
    }
    return values;
  }

  /** A setting as a number; the largest one if it is not reported. */
  public int number(String setting) {
    String value = settings.get(setting);
    return value == null ? Integer.MAX_VALUE : Integer.parseInt(value);
  }
}
