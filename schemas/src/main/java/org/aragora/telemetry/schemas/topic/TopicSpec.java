package org.aragora.telemetry.schemas.topic;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * One topic of the pipeline: the part of its name that follows the prefix, and the settings to
 * create it with.
 *
 * @param suffix name without prefix, such as {@code agent-calls}
 * @param fixedPartitions partitions if the number is not the deployment's to choose
 * @param settings topic settings by their Kafka names; none is left to the broker's defaults that
 *     the pipeline relies on
 */
public record TopicSpec(String suffix, OptionalInt fixedPartitions, Map<String, String> settings) {

  /** Default number of partitions of a topic that scales with the load. */
  public static final int DEFAULT_PARTITIONS = 12;

  public TopicSpec {
    settings = Map.copyOf(settings);
  }

  /** Full name under a prefix such as {@code aragora.}. */
  public String under(String prefix) {
    return prefix + suffix;
  }

  /** Partitions to create it with if the deployment requests {@code asked}. */
  public int partitions(int asked) {
    return fixedPartitions.orElse(asked);
  }

  /**
   * The request that creates it.
   *
   * @param prefix of its name
   * @param askedPartitions partitions of the topics that scale with the load
   * @param replicationFactor copies of each partition; from 3 on, a write needs 2 of them
   */
  public NewTopic create(String prefix, int askedPartitions, short replicationFactor) {
    return new NewTopic(under(prefix), partitions(askedPartitions), replicationFactor)
        .configs(settings(replicationFactor));
  }

  /** Its settings with that many copies of each partition. */
  public Map<String, String> settings(int replicationFactor) {
    if (replicationFactor < 3) {
      return settings;
    }
    Map<String, String> all = new HashMap<>(settings);
    all.put("min.insync.replicas", "2");
    return all;
  }
}
