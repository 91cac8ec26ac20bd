package org.aragora.telemetry.chaos.checks;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/**
 * Committed offsets of the processors' group, all through a run. An answer contains every offset
 * that was committed before its question:
 *
 * <ul>
 *   <li>The broker answers stable offsets only: none while a transaction with offsets ends. Kafka's
 *       client leaves such a partition out, so an answer without a partition that an earlier one
 *       had does not count.
 *   <li>A deposed coordinator can return stale offsets. So each question begins with a commit of a
 *       group of the harness on the same partition of the offsets topic. Only the true leader
 *       acknowledges it. One request asks for both groups, and a response without that commit does
 *       not count.
 * </ul>
 */
public final class CommittedOffsets implements AutoCloseable {
  private static final int ASK_EVERY_MS = 200;
  private static final int TIMEOUT_MS = 10_000;
  private static final String OFFSETS_TOPIC = "__consumer_offsets";

  /** The topic exists: the coordinator refuses offsets of others. */
  private static final TopicPartition TURN = new TopicPartition(OFFSETS_TOPIC, 0);

  /** One answer; {@code askedNanos} is before the question's own commit. */
  public record Answer(long askedNanos, Map<TopicPartition, Long> offsets) {}

  private final Admin admin;
  private final String group;
  private final String ownGroup;
  private final List<Answer> answers = new ArrayList<>();
  private final Set<TopicPartition> partitions = new HashSet<>();
  private final Thread thread = new Thread(this::askUntilStopped, "chaos-offsets");
  private long turn;
  private long uncounted;
  private volatile boolean stopped;

  /** Needs the offsets topic, so a member must have joined the group before. */
  public CommittedOffsets(Admin admin, String group)
      throws InterruptedException, ExecutionException {
    this.admin = admin;
    this.group = group;
    TopicDescription offsetsTopic =
        requireNonNull(
                admin.describeTopics(List.of(OFFSETS_TOPIC)).topicNameValues().get(OFFSETS_TOPIC))
            .get();
    int partitions = offsetsTopic.partitions().size();
    this.ownGroup =
        Stream.iterate(0, i -> i + 1)
            .map(i -> group + "-check-" + i)
            .filter(name -> partition(name, partitions) == partition(group, partitions))
            .findFirst()
            .orElseThrow();
    thread.setDaemon(true);
  }

  /** Partition of a group's offsets, as the coordinator computes it. */
  private static int partition(String group, int partitions) {
    return Utils.abs(group.hashCode()) % partitions;
  }

  /** Starts to ask. */
  public void start() {
    thread.start();
  }

  private void askUntilStopped() {
    try {
      while (!stopped) {
        ask();
        TimeUnit.MILLISECONDS.sleep(ASK_EVERY_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ask() throws InterruptedException {
    long askedNanos = System.nanoTime();
    try {
      turn++;
      admin
          .alterConsumerGroupOffsets(
              ownGroup,
              Map.of(TURN, new OffsetAndMetadata(turn)),
              new AlterConsumerGroupOffsetsOptions().timeoutMs(TIMEOUT_MS))
          .all()
          .get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS);
      ListConsumerGroupOffsetsSpec all = new ListConsumerGroupOffsetsSpec();
      ListConsumerGroupOffsetsResult result =
          admin.listConsumerGroupOffsets(
              Map.of(group, all, ownGroup, all),
              new ListConsumerGroupOffsetsOptions().requireStable(true).timeoutMs(TIMEOUT_MS));
      result.all().get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS);
      OffsetAndMetadata seen = result.partitionsToOffsetAndMetadata(ownGroup).get().get(TURN);
      Map<TopicPartition, Long> offsets = new HashMap<>();
      result
          .partitionsToOffsetAndMetadata(group)
          .get()
          .forEach(
              (partition, offset) -> {
                if (offset != null) {
                  offsets.put(partition, offset.offset());
                }
              });
      synchronized (answers) {
        boolean isCurrent = seen != null && seen.offset() >= turn;
        if (isCurrent && offsets.keySet().containsAll(partitions)) {
          partitions.addAll(offsets.keySet());
          answers.add(new Answer(askedNanos, offsets));
        } else {
          uncounted++;
        }
      }
    } catch (ExecutionException | TimeoutException e) {
      // a broker is away; the next answer counts
    }
  }

  /** All answers that count. */
  public List<Answer> answers() {
    synchronized (answers) {
      return List.copyOf(answers);
    }
  }

  /**
   * Number of answers from brokers that were no longer the group's coordinator, and of those in the
   * middle of a commit.
   */
  public long uncounted() {
    synchronized (answers) {
      return uncounted;
    }
  }

  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
  }
}
