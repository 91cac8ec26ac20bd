package org.aragora.telemetry.chassis.topics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/** Members and offsets of consumer groups, of Streams groups too. Thread-safe. */
public final class ConsumerGroups {
  private static final long TIMEOUT_SECONDS = 15;
  private static final long PAUSE_MS = 100;

  private final Admin admin;

  /**
   * A member of a group.
   *
   * @param processId of its Kafka Streams instance; null in a group of consumers
   */
  public record Member(String host, String id, String clientId, @Nullable String processId) {
    @Override
    public String toString() {
      return host + " " + id;
    }
  }

  /** {@code admin} stays the caller's to close. */
  public ConsumerGroups(Admin admin) {
    this.admin = admin;
  }

  /**
   * The members; empty if the group has none or does not exist.
   *
   * @throws ExecutionException if the coordinator does not answer
   */
  public List<Member> members(String group)
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      return admin
          .describeConsumerGroups(List.of(group))
          .all()
          .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
          .values()
          .stream()
          .flatMap(found -> found.members().stream())
          .map(member -> new Member(member.host(), member.consumerId(), member.clientId(), null))
          .toList();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw Refusals.namedGroup(e, "Describe", group);
      }
      return membersOfStreamsGroup(group);
    }
  }

  /** With {@code GROUP_PROTOCOL=streams} a group is of another kind. */
  private List<Member> membersOfStreamsGroup(String group)
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      return admin
          .describeStreamsGroups(List.of(group))
          .all()
          .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
          .values()
          .stream()
          .flatMap(found -> found.members().stream())
          .map(
              member ->
                  new Member(
                      member.clientHost(),
                      member.memberId(),
                      member.clientId(),
                      member.processId()))
          .toList();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException
          || e.getCause() instanceof UnsupportedVersionException) {
        return List.of();
      }
      throw Refusals.namedGroup(e, "Describe", group);
    }
  }

  /**
   * The committed offset of every partition that has one. Waits for transactions that are being
   * ended: Kafka's client leaves their partitions out of a stable answer.
   *
   * @throws ExecutionException if the coordinator does not answer
   * @throws TimeoutException in a sentence if a transaction stays open
   */
  public Map<TopicPartition, Long> committed(String group)
      throws ExecutionException, InterruptedException, TimeoutException {
    long startNanos = System.nanoTime();
    while (true) {
      Set<TopicPartition> known = offsets(group, false).keySet();
      Map<TopicPartition, Long> stable = offsets(group, true);
      if (stable.keySet().containsAll(known)) {
        return stable;
      }
      if (System.nanoTime() - startNanos > TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS)) {
        known.removeAll(stable.keySet());
        throw new TimeoutException(
            "For %d s, a transaction of the group %s has held back the offsets of %s; retry when its owner has ended it."
                .formatted(TIMEOUT_SECONDS, group, known));
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    }
  }

  private Map<TopicPartition, Long> offsets(String group, boolean isStable)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    try {
      admin
          .listConsumerGroupOffsets(
              group, new ListConsumerGroupOffsetsOptions().requireStable(isStable))
          .partitionsToOffsetAndMetadata()
          .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
          .forEach(
              (partition, offset) -> {
                if (offset != null) {
                  offsets.put(partition, offset.offset());
                }
              });
    } catch (ExecutionException e) {
      throw Refusals.namedGroup(e, "Describe", group);
    }
    return offsets;
  }
}
