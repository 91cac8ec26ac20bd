package org.aragora.telemetry.exporter.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.exporter.health.ExporterHealth;
import org.aragora.telemetry.exporter.health.GroupContact;
import org.aragora.telemetry.exporter.partition.LagReport;
import org.aragora.telemetry.exporter.partition.OffsetCommits;
import org.aragora.telemetry.exporter.partition.PartitionOffsets;
import org.aragora.telemetry.exporter.partition.RetentionLossCheck;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls, converts, sends, waits for the answers, commits. One thread owns the consumer and all
 * state. An offset is committed only when every earlier record of its partition is acknowledged, is
 * a dead letter, or was skipped.
 *
 * @param <P> payload of one record
 */
public final class ExportLoop<P> implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(ExportLoop.class);
  private static final Duration LONGEST_POLL = Duration.ofMillis(50);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(1);

  private final LoopContext context;
  private final LoopSettings settings;
  private final Consumer<byte[], byte[]> consumer;
  private final ExporterHealth health;
  private final BlockingQueue<Runnable> events;
  private final Map<TopicPartition, PartitionOffsets> owned = new HashMap<>();
  private final BatchSender<P> sender;
  private final BatchQueue<P> queue;
  private final RecordReader<P> reader;
  private final OffsetCommits commits;
  private final RetentionLossCheck retentionLoss;
  private final LagReport lag;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile boolean stopping;
  private long nextReport;

  /** Creates a loop; {@link #run} starts it. */
  public ExportLoop(LoopContext context, Converter<P> converter, Backend<P> backend) {
    this(context, converter, BatchSender.create(context, backend));
  }

  ExportLoop(LoopContext context, Converter<P> converter, BatchSender<P> sender) {
    this.context = context;
    settings = context.settings();
    nextReport = context.time().now();
    consumer = context.clients().consumer();
    health = context.health();
    events = context.events();
    this.sender = sender;
    queue = new BatchQueue<>(context, sender);
    reader = new RecordReader<>(context, owned, converter, queue);
    commits = new OffsetCommits(consumer, owned, settings.commitInterval(), context.time().nanos());
    retentionLoss = new RetentionLossCheck(consumer, context.metrics());
    lag =
        new LagReport(
            consumer, context.clients().endOffsets(), context.metrics(), context.time().clock());
  }

  /** Runs until {@link #stop}, or until Kafka reports an error that no retry changes. */
  @Override
  public void run() {
    Throwable failure = null;
    try {
      subscribe();
      while (!stopping) {
        iterate();
      }
      drain();
      health.onEnd("it was stopped.");
    } catch (RuntimeException | Error e) {
      failure = e;
      health.onEnd(String.valueOf(e));
      LOG.error(
          "The exporter stops; nothing is committed beyond what was acknowledged: {}",
          String.valueOf(e),
          e);
    } finally {
      close();
      if (failure == null) {
        ended.complete(null);
      } else {
        ended.completeExceptionally(failure);
      }
    }
  }

  /** Requests the end: send what was read, commit, return from {@link #run}. Returns at once. */
  public void stop() {
    stopping = true;
  }

  /** Completes when the loop has ended: exceptionally, unless {@link #stop} was the cause. */
  public CompletableFuture<Void> ended() {
    return ended;
  }

  void subscribe() {
    consumer.subscribe(settings.topics(), new Rebalances());
  }

  void iterate() {
    runEvents();
    queue.sendDue(false);
    retentionLoss.check();
    reader.readPast();
    boolean full = queue.isFull();
    pause(full);
    if (full) {
      awaitEvent(queue.nanosToNext(LONGEST_POLL.toNanos()));
      reader.accept(poll(Duration.ZERO));
    } else {
      reader.accept(poll(Duration.ofNanos(queue.nanosToNext(LONGEST_POLL.toNanos()))));
    }
    commits.commitIfDue();
    report();
  }

  private ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    try {
      return consumer.poll(timeout);
    } catch (RetriableException e) {
      LOG.warn("Kafka did not answer a poll, which is tried again: {}", e.toString());
      return ConsumerRecords.empty();
    }
  }

  private void runEvents() {
    Runnable event;
    while ((event = events.poll()) != null) {
      event.run();
    }
  }

  private void awaitEvent(long nanos) {
    try {
      Runnable event = events.poll(nanos, TimeUnit.NANOSECONDS);
      if (event != null) {
        event.run();
        runEvents();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopping = true;
    }
  }

  /** Pauses the partitions whose past, retries or pending records forbid to read on. */
  private void pause(boolean full) {
    Set<TopicPartition> held = new HashSet<>(queue.waitingPartitions());
    List<TopicPartition> free = new ArrayList<>();
    for (PartitionOffsets offsets : owned.values()) {
      TopicPartition partition = offsets.partition();
      if (full
          || offsets.isDeferring()
          || offsets.pendingRecords() >= settings.unacknowledgedRecords()) {
        held.add(partition);
      } else if (!held.contains(partition)) {
        free.add(partition);
      }
    }
    held.retainAll(owned.keySet());
    consumer.pause(held);
    consumer.resume(free);
  }

  private void report() {
    health.onIteration(!queue.isEmpty());
    long now = context.time().now();
    if (now - nextReport < 0) {
      return;
    }
    nextReport = now + REPORT_INTERVAL.toNanos();
    context.metrics().inFlight(queue.records(), queue.parked());
    health.onGroupContact(GroupContact.failure(consumer));
    lag.refresh(owned.values());
    readAnew(context.clients().recreatedTopics().look(settings.topics()));
  }

  /** Reads topics that were deleted and made again from their begin. */
  private void readAnew(Set<String> topics) {
    for (String topic : topics) {
      LOG.error(
          "Topic {} was deleted and made again; it is read from its begin. What the old one had and"
              + " was not read yet is lost.",
          topic);
    }
    List<TopicPartition> partitions =
        owned.keySet().stream().filter(partition -> topics.contains(partition.topic())).toList();
    for (TopicPartition partition : partitions) {
      reader.acceptDeferred(partition);
      // Records of the old topic are still sent, but none of their offsets is committed.
      owned.put(partition, new PartitionOffsets(partition, context.time().clock().millis()));
    }
    if (!partitions.isEmpty()) { // an empty list would be every partition
      consumer.seekToBeginning(partitions);
    }
  }

  private void drain() {
    long deadline = context.time().now() + settings.drain().toNanos();
    while (!queue.isEmpty() && context.time().now() - deadline < 0) {
      queue.sendDue(true);
      awaitEvent(queue.nanosToNext(LONGEST_POLL.toNanos()));
    }
    if (!queue.isEmpty()) {
      LOG.warn(
          "{} records were not acknowledged before the stop; they will be sent again, unchanged.",
          queue.records());
    }
    commits.commitNow(List.copyOf(owned.keySet()));
  }

  private void close() {
    sender.close();
    try {
      consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    } catch (KafkaException e) {
      LOG.warn("The consumer did not close in order: {}", e.toString());
    }
    reader.close();
    context.clients().endOffsets().close();
  }

  /** Adds and removes partitions. The consumer calls it within poll and close. */
  private final class Rebalances implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        owned.put(partition, new PartitionOffsets(partition, context.time().clock().millis()));
        retentionLoss.onAssigned(partition);
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      Duration wait = stopping ? Duration.ZERO : settings.rebalanceWait();
      long deadline = context.time().now() + wait.toNanos();
      while (isInFlight(partitions) && context.time().now() - deadline < 0) {
        awaitEvent(LONGEST_POLL.toNanos());
      }
      commits.commitNow(partitions);
      disown(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      disown(partitions);
    }

    private boolean isInFlight(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        PartitionOffsets offsets = owned.get(partition);
        if (offsets != null && offsets.isInFlight()) {
          return true;
        }
      }
      return false;
    }

    private void disown(Collection<TopicPartition> partitions) {
      for (TopicPartition partition : partitions) {
        PartitionOffsets offsets = owned.remove(partition);
        if (offsets != null) {
          offsets.disown();
        }
      }
      retentionLoss.onRevoked(partitions);
      reader.forget(partitions);
      queue.dropLost();
    }
  }
}
