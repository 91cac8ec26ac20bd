package org.aragora.telemetry.counting.generation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/** The consumer group of each generation: who is in it, and how far it has counted. */
public final class GenerationGroups {
  private static final long TIMEOUT_SECONDS = 15;

  private final Admin admin;
  private final String applicationId;
  private final String topicPrefix;

  /**
   * {@code admin} stays the caller's to close; {@code applicationId} and {@code topicPrefix}: as
   * the settings name them.
   */
  public GenerationGroups(Admin admin, String applicationId, String topicPrefix) {
    this.admin = admin;
    this.applicationId = applicationId;
    this.topicPrefix = topicPrefix;
  }

  /**
   * Hosts of the members; empty if no service counts into a generation.
   *
   * @throws ExecutionException if the coordinator does not answer
   */
  public List<String> members(Generation generation)
      throws ExecutionException, InterruptedException, TimeoutException {
    String group = generation.applicationId(applicationId);
    try {
      return admin
          .describeConsumerGroups(List.of(group))
          .all()
          .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
          .values()
          .stream()
          .flatMap(found -> found.members().stream())
          .map(member -> member.host() + " " + member.consumerId())
          .toList();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw e;
      }
      return membersOfStreamsGroup(group);
    }
  }

  /** With {@code GROUP_PROTOCOL=streams} a group is of another kind. */
  private List<String> membersOfStreamsGroup(String group)
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      return admin
          .describeStreamsGroups(List.of(group))
          .all()
          .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
          .values()
          .stream()
          .flatMap(found -> found.members().stream())
          .map(member -> member.clientHost() + " " + member.memberId())
          .toList();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException
          || e.getCause() instanceof UnsupportedVersionException) {
        return List.of();
      }
      throw e;
    }
  }

  /**
   * The offset after the last record that a generation has counted, of every input partition of
   * which it has counted any. Waits for transactions that are being ended.
   */
  public Map<InputPartition, Long> committed(Generation generation)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<TopicPartition, @Nullable OffsetAndMetadata> answer =
        new HashMap<>(
            admin
                .listConsumerGroupOffsets(
                    generation.applicationId(applicationId),
                    new ListConsumerGroupOffsetsOptions().requireStable(true))
                .partitionsToOffsetAndMetadata()
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
    Map<InputPartition, Long> offsets = new HashMap<>();
    answer.forEach(
        (partition, offset) -> {
          // The group reads its own metrics topic too.
          InputTopic topic = InputTopic.byName(topicPrefix, partition.topic());
          if (topic != null && offset != null) {
            offsets.put(new InputPartition(topic, partition.partition()), offset.offset());
          }
        });
    return offsets;
  }
}
