package org.aragora.telemetry.exporter.loop;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.partition.PendingRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects records in batches, sends and retries them, and narrows permanent failures down to the
 * records that become dead letters. Runs on the loop's thread, except for the sending; answers
 * arrive in the queue of events.
 */
final class BatchQueue<P> {

  private static final Logger LOG = LoggerFactory.getLogger(BatchQueue.class);

  private final LoopContext context;
  private final LoopSettings settings;
  private final BatchSender<P> sender;
  private final DeadLetterWriter<P> deadLetters;
  private final ArrayDeque<Batch<P>> ready = new ArrayDeque<>();
  private final RetryQueue<Batch<P>> retries;
  private @Nullable Batch<P> open;
  private final List<Batch<P>> inFlight = new ArrayList<>();
  private int records;
  private long bytes;

  BatchQueue(LoopContext context, BatchSender<P> sender) {
    this.context = context;
    this.settings = context.settings();
    this.sender = sender;
    deadLetters = new DeadLetterWriter<>(context, this::settle, this::drop);
    retries = new RetryQueue<>(Backoff.of(settings), context.time().nanos());
  }

  void add(PendingRecord<P> record) {
    hold(record);
    Batch<P> batch = open;
    if (batch != null
        && (batch.bytes() + record.bytes() > settings.batchBytes() || !batch.fits(record))) {
      closeOpen();
      batch = null;
    }
    if (batch == null) {
      batch = new Batch<>(context.time().now(), sender::streamTime);
      open = batch;
    }
    batch.add(record);
    if (batch.size() >= settings.batchRecords()) {
      closeOpen();
    }
  }

  /** Writes a record that was never sent as a dead letter. */
  void deadLetter(PendingRecord<P> record, Answer.Reason reason, String message) {
    hold(record);
    deadLetters.deadLetter(record, reason, message);
  }

  private void hold(PendingRecord<P> record) {
    records++;
    bytes += record.heldBytes();
  }

  private void drop(PendingRecord<P> record) {
    records--;
    bytes -= record.heldBytes();
  }

  /**
   * Sends all batches that are due.
   *
   * @param flush sends also the batch that is not full
   */
  void sendDue(boolean flush) {
    deadLetters.retryDue();
    Batch<P> due;
    while ((due = retries.pollDue()) != null) {
      ready.addFirst(due);
    }
    if (flush || nanosToAge(Long.MAX_VALUE) == 0) {
      closeOpen();
    }
    while (!ready.isEmpty() && hasPermit()) {
      send(ready.remove());
    }
  }

  /** True if the next batch may be sent: a stream must not run ahead of what is not settled. */
  private boolean hasPermit() {
    if (inFlight.size() + retries.size() >= settings.inFlight()) {
      return false;
    }
    Batch<P> next = ready.peek();
    return next == null
        || (inFlight.stream().allMatch(next::mayPass) && retries.allMatch(next::mayPass));
  }

  /** Ends the batch that is being filled. */
  private void closeOpen() {
    if (open != null) {
      ready.add(open);
      open = null;
    }
  }

  private void send(Batch<P> batch) {
    dropLost(batch);
    if (batch.isEmpty()) {
      return;
    }
    inFlight.add(batch);
    batch.attempts++;
    context.metrics().sent(batch.items());
    batch.records.forEach(record -> record.offsets().onSent());
    sender.send(batch, this::onAnswer);
  }

  private void onAnswer(Batch<P> batch, Answer<P> answer, long nanos) {
    inFlight.remove(batch);
    context.metrics().answered(nanos);
    batch.records.forEach(record -> record.offsets().onAnswer());
    dropLost(batch);
    if (answer instanceof Answer.Acknowledged<P>) {
      batch.records.forEach(this::settle);
      batch.sizeByTopic().forEach(context.metrics()::acknowledged);
      batch.records.forEach(record -> context.metrics().exported(record.offsets().partition()));
      context.metrics().acknowledgedItems(batch.items());
    } else if (answer instanceof Answer.Transient<P> failure) {
      retry(batch, failure);
    } else if (answer instanceof Answer.Permanent<P> failure) {
      narrow(batch, failure);
    }
  }

  private void retry(Batch<P> batch, Answer.Transient<P> failure) {
    if (batch.isEmpty()) {
      return;
    }
    context.metrics().retried(failure.cause());
    context.health().onFailure(failure.message());
    Duration pause = retries.add(batch, batch.attempts, failure.retryAfter());
    LOG.warn(
        "{} records are sent again in {} ms (attempt {}): {}",
        batch.size(),
        pause.toMillis(),
        batch.attempts + 1,
        failure.message());
  }

  /** Separates the records that cause a failure from those that do not. */
  private void narrow(Batch<P> batch, Answer.Permanent<P> failure) {
    boolean alone = batch.size() == 1;
    List<PendingRecord<P>> causes =
        batch.removeIf(record -> alone || failure.causes().test(record.payload()));
    causes.forEach(record -> deadLetters.deadLetter(record, failure.reason(), failure.message()));
    if (batch.isEmpty()) {
      return;
    }
    batch.attempts = 0;
    if (!causes.isEmpty()) {
      ready.addFirst(batch);
      return;
    }
    List<Batch<P>> halves = batch.halves();
    ready.addFirst(halves.get(1));
    ready.addFirst(halves.get(0));
  }

  private void settle(PendingRecord<P> record) {
    record.settle();
    drop(record);
    context.health().onProgress();
  }

  private void dropLost(Batch<P> batch) {
    batch.removeIf(record -> !record.isLive()).forEach(this::drop);
  }

  /** Drops the records of lost partitions; their answers still arrive. */
  void dropLost() {
    if (open != null) {
      dropLost(open);
    }
    if (open != null && open.isEmpty()) {
      open = null;
    }
    ready.forEach(this::dropLost);
    ready.removeIf(Batch::isEmpty);
    retries.forEach(this::dropLost);
    retries.removeIf(Batch::isEmpty);
    deadLetters.dropLost();
  }

  /** True if no more records may be read at present. */
  boolean isFull() {
    return bytes >= settings.bufferBytes() || (!ready.isEmpty() && !hasPermit());
  }

  boolean isEmpty() {
    return records == 0;
  }

  int records() {
    return records;
  }

  /** Records that wait for their next attempt. */
  int parked() {
    int[] parked = {deadLetters.waiting()};
    retries.forEach(batch -> parked[0] += batch.size());
    return parked[0];
  }

  /** Partitions whose records wait for their next attempt. */
  Set<TopicPartition> waitingPartitions() {
    Set<TopicPartition> partitions = new HashSet<>();
    retries.forEach(
        batch -> batch.records.forEach(record -> partitions.add(record.offsets().partition())));
    deadLetters.addWaiting(partitions);
    return partitions;
  }

  /** Nanoseconds until something is due, at most {@code limit}. */
  long nanosToNext(long limit) {
    return nanosToAge(retries.nanosToNext(deadLetters.nanosToNext(limit)));
  }

  /** Nanoseconds until the open batch has its full age, at most {@code limit}. */
  private long nanosToAge(long limit) {
    Batch<P> batch = open;
    return batch == null
        ? limit
        : Math.min(
            limit,
            Math.max(
                0, batch.openedAtNanos + settings.batchAge().toNanos() - context.time().now()));
  }
}
