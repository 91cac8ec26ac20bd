package org.aragora.telemetry.chaos;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * Asks all through a run what the processors' group has committed. Whatever was committed before a
 * question is in its answer, and what is not in it was not committed when the question was asked:
 *
 * <ul>
 *   <li>Only stable offsets are answered: while a transaction with offsets is being ended the
 *       broker gives none.
 *   <li>A broker that is no longer the group's coordinator and does not know it yet, as happens
 *       while one restarts or resumes, would answer what it knew. So each question begins with a
 *       commit of a group of the harness that lives in the same partition of the offsets topic; a
 *       commit is acknowledged by the true leader only. Both groups are asked for in one request,
 *       and an answer without that commit does not count.
 * </ul>
 */
final class CommittedOffsets implements AutoCloseable {
  private static final int ASK_EVERY_MS = 200;
  private static final int TIMEOUT_MS = 10_000;
  private static final String OFFSETS_TOPIC = "__consumer_offsets";

  /** Of a topic that is there: the coordinator takes no offset of another. */
  private static final TopicPartition TURN = new TopicPartition(OFFSETS_TOPIC, 0);

  /** One answer; {@code askedNanos} is before the question's own commit. */
  record Answer(long askedNanos, Map<TopicPartition, Long> offsets) {}

  private final Admin admin;
  private final String group;
  private final String witnessGroup;
  private final List<Answer> answers = new ArrayList<>();
  private final Thread thread = new Thread(this::askAllTheTime, "chaos-offsets");
  private long turn;
  private long outdated;
  private volatile boolean stopped;

  /** The offsets topic must be there, so a member must have joined the group. */
  CommittedOffsets(Admin admin, String group) throws InterruptedException, ExecutionException {
    this.admin = admin;
    this.group = group;
    TopicDescription offsetsTopic =
        requireNonNull(
                admin.describeTopics(List.of(OFFSETS_TOPIC)).topicNameValues().get(OFFSETS_TOPIC))
            .get();
    int partitions = offsetsTopic.partitions().size();
    this.witnessGroup =
        Stream.iterate(0, i -> i + 1)
            .map(i -> group + "-witness-" + i)
            .filter(name -> partition(name, partitions) == partition(group, partitions))
            .findFirst()
            .orElseThrow();
    thread.setDaemon(true);
  }

  /** As the group coordinator places a group. */
  private static int partition(String group, int partitions) {
    return Utils.abs(group.hashCode()) % partitions;
  }

  void start() {
    thread.start();
  }

  private void askAllTheTime() {
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
              witnessGroup,
              Map.of(TURN, new OffsetAndMetadata(turn)),
              new AlterConsumerGroupOffsetsOptions().timeoutMs(TIMEOUT_MS))
          .all()
          .get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS);
      ListConsumerGroupOffsetsSpec all = new ListConsumerGroupOffsetsSpec();
      ListConsumerGroupOffsetsResult result =
          admin.listConsumerGroupOffsets(
              Map.of(group, all, witnessGroup, all),
              new ListConsumerGroupOffsetsOptions().requireStable(true).timeoutMs(TIMEOUT_MS));
      result.all().get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS);
      OffsetAndMetadata seen = result.partitionsToOffsetAndMetadata(witnessGroup).get().get(TURN);
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
        if (seen != null && seen.offset() >= turn) {
          answers.add(new Answer(askedNanos, offsets));
        } else {
          outdated++;
        }
      }
    } catch (ExecutionException | TimeoutException e) {
      // a broker is away; the next answer counts
    }
  }

  List<Answer> answers() {
    synchronized (answers) {
      return List.copyOf(answers);
    }
  }

  /** How many answers came from a broker that was no longer the group's coordinator. */
  long outdated() {
    synchronized (answers) {
      return outdated;
    }
  }

  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
  }
}
