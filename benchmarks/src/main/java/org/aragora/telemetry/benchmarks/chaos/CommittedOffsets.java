package org.aragora.telemetry.benchmarks.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks all through a run what the processors' group has committed. Only stable answers count: while
 * a transaction with offsets is being ended the broker gives none. So whatever was committed before
 * a question is in its answer, and what is not in it was not committed when the question was asked.
 */
final class CommittedOffsets implements AutoCloseable {
  private static final int ASK_EVERY_MS = 200;
  private static final int TIMEOUT_MS = 10_000;

  /** One answer. */
  record Answer(long askedNanos, Map<TopicPartition, Long> offsets) {}

  private final Admin admin;
  private final String group;
  private final List<Answer> answers = new ArrayList<>();
  private final Thread thread = new Thread(this::askAllTheTime, "chaos-offsets");
  private volatile boolean stopped;

  CommittedOffsets(Admin admin, String group) {
    this.admin = admin;
    this.group = group;
    thread.setDaemon(true);
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
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin
              .listConsumerGroupOffsets(
                  group,
                  new ListConsumerGroupOffsetsOptions().requireStable(true).timeoutMs(TIMEOUT_MS))
              .partitionsToOffsetAndMetadata()
              .get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS);
      Map<TopicPartition, Long> offsets = new java.util.HashMap<>();
      committed.forEach(
          (partition, offset) -> {
            if (offset != null) {
              offsets.put(partition, offset.offset());
            }
          });
      synchronized (answers) {
        answers.add(new Answer(askedNanos, offsets));
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

  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
  }
}
