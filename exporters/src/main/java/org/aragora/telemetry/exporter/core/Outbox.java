package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From records to settled records: batches, sends, retries, narrows refusals down and parks what is
 * refused for good. Everything but the sending itself happens on the loop's thread; answers come
 * back to it through the queue of events.
 */
final class Outbox<P> {

  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  /** Dead letters logged one by one; later ones only now and then. */
  private static final int ALWAYS_LOGGED = 100;

  private final LoopSettings settings;
  private final Backend<P> backend;
  private final DeadLetters deadLetters;
  private final ExporterMetrics metrics;
  private final Health health;
  private final Backoff backoff;
  private final Executor workers;
  private final BlockingQueue<Runnable> events;
  private final LongSupplier nanoTime;

  private final ArrayDeque<Batch<P>> ready = new ArrayDeque<>();
  private final PriorityQueue<Waiting<P>> waiting =
      new PriorityQueue<>(Comparator.comparingLong(Waiting::atNanos));
  private final PriorityQueue<Parking<P>> unparked =
      new PriorityQueue<>(Comparator.comparingLong(Parking::atNanos));
  private @Nullable Batch<P> open;
  private int inFlight;
  private int records;
  private long bytes;
  private long parkedRecords;

  private record Waiting<P>(Batch<P> batch, long atNanos) {}

  private record Parking<P>(Unit<P> unit, String reason, String message, int tries, long atNanos) {}

  Outbox(
      LoopSettings settings,
      Backend<P> backend,
      DeadLetters deadLetters,
      ExporterMetrics metrics,
      Health health,
      Backoff backoff,
      Executor workers,
      BlockingQueue<Runnable> events,
      LongSupplier nanoTime) {
    this.settings = settings;
    this.backend = backend;
    this.deadLetters = deadLetters;
    this.metrics = metrics;
    this.health = health;
    this.backoff = backoff;
    this.workers = workers;
    this.events = events;
    this.nanoTime = nanoTime;
  }

  void add(Unit<P> unit) {
    records++;
    bytes += unit.heldBytes();
    Batch<P> batch = open;
    if (batch != null && batch.bytes() + unit.bytes > settings.batchBytes()) {
      cut();
      batch = null;
    }
    if (batch == null) {
      batch = new Batch<>(nanoTime.getAsLong());
      open = batch;
    }
    batch.add(unit);
    if (batch.size() >= settings.batchRecords()) {
      cut();
    }
  }

  /** Parks a record that could not even be converted. */
  void refuse(Unit<P> unit, String reason, String message) {
    records++;
    bytes += unit.heldBytes();
    park(unit, reason, message, 1);
  }

  /** Sends all that is due. */
  void step(boolean flush) {
    long now = nanoTime.getAsLong();
    while (!unparked.isEmpty() && unparked.element().atNanos() - now <= 0) {
      Parking<P> again = unparked.remove();
      park(again.unit(), again.reason(), again.message(), again.tries() + 1);
    }
    while (!waiting.isEmpty() && waiting.element().atNanos() - now <= 0) {
      ready.addFirst(waiting.remove().batch());
    }
    Batch<P> batch = open;
    if (batch != null && (flush || now - batch.openedAtNanos >= settings.batchAge().toNanos())) {
      cut();
    }
    while (!ready.isEmpty() && hasPermit()) {
      send(ready.remove());
    }
  }

  private boolean hasPermit() {
    return inFlight + waiting.size() < settings.inFlight();
  }

  private void cut() {
    if (open != null) {
      ready.add(open);
      open = null;
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the answer comes back as an event
  private void send(Batch<P> batch) {
    drop(batch.removeUnless(Unit::isLive));
    if (batch.size() == 0) {
      return;
    }
    inFlight++;
    batch.attempts++;
    metrics.sent(batch.items());
    batch.units.forEach(unit -> unit.progress.sent());
    long sentAt = nanoTime.getAsLong();
    CompletableFuture<Answer<P>> answer = new CompletableFuture<>();
    List<P> payloads = batch.payloads();
    workers.execute(() -> sendOn(payloads, answer));
    answer
        .orTimeout(settings.answerTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (given, failure) -> {
              Answer<P> result = given != null ? given : asAnswer(failure);
              events.add(() -> answered(batch, result, nanoTime.getAsLong() - sentAt));
            });
  }

  private void sendOn(List<P> payloads, CompletableFuture<Answer<P>> answer) {
    try {
      backend
          .send(payloads)
          .whenComplete(
              (given, failure) -> {
                if (failure == null) {
                  answer.complete(given);
                } else {
                  answer.completeExceptionally(failure);
                }
              });
    } catch (RuntimeException | Error failure) {
      answer.completeExceptionally(failure);
    }
  }

  private Answer<P> asAnswer(@Nullable Throwable failure) {
    if (failure instanceof java.util.concurrent.TimeoutException) {
      return new Answer.Transient<>(
          "timeout", "No answer within " + settings.answerTimeout().toSeconds() + " s.");
    }
    return new Answer.Transient<>("failure", "The sender failed: " + failure);
  }

  private void answered(Batch<P> batch, Answer<P> answer, long nanos) {
    inFlight--;
    metrics.answered(nanos);
    batch.units.forEach(unit -> unit.progress.answered());
    drop(batch.removeUnless(Unit::isLive));
    if (answer instanceof Answer.Acknowledged<P>) {
      batch.units.forEach(
          unit -> {
            metrics.acknowledged(unit.record.topic(), unit.items);
            settle(unit);
          });
    } else if (answer instanceof Answer.Transient<P> later) {
      retry(batch, later);
    } else if (answer instanceof Answer.Refused<P> refused) {
      narrow(batch, refused);
    }
  }

  private void retry(Batch<P> batch, Answer.Transient<P> later) {
    if (batch.size() == 0) {
      return;
    }
    metrics.retried(later.cause());
    health.troubled(later.message());
    long pause = backoff.nanosAfter(batch.attempts, later.retryAfter());
    LOG.warn(
        "{} records are sent again in {} ms (attempt {}): {}",
        batch.size(),
        Duration.ofNanos(pause).toMillis(),
        batch.attempts + 1,
        later.message());
    waiting.add(new Waiting<>(batch, nanoTime.getAsLong() + pause));
  }

  private void narrow(Batch<P> batch, Answer.Refused<P> refused) {
    if (batch.size() == 1) {
      park(batch.units.get(0), refused.reason(), refused.message(), 1);
      return;
    }
    List<Unit<P>> condemned = batch.removeUnless(unit -> !refused.certainly().test(unit.payload));
    condemned.forEach(unit -> park(unit, refused.reason(), refused.message(), 1));
    if (batch.size() == 0) {
      return;
    }
    batch.attempts = 0;
    if (!condemned.isEmpty()) {
      ready.addFirst(batch);
      return;
    }
    List<Batch<P>> halves = batch.halves();
    ready.addFirst(halves.get(1));
    ready.addFirst(halves.get(0));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the outcome comes back as an event
  private void park(Unit<P> unit, String reason, String message, int tries) {
    if (!unit.isLive()) {
      drop(List.of(unit));
      return;
    }
    unit.progress.sent();
    deadLetters
        .park(unit.origin, unit.start, reason, message)
        .whenComplete(
            (done, failure) -> events.add(() -> parked(unit, reason, message, tries, failure)));
  }

  private void parked(
      Unit<P> unit, String reason, String message, int tries, @Nullable Throwable failure) {
    unit.progress.answered();
    if (!unit.isLive()) {
      drop(List.of(unit));
    } else if (failure == null) {
      metrics.deadLettered(reason);
      parkedRecords++;
      if (parkedRecords <= ALWAYS_LOGGED || parkedRecords % ALWAYS_LOGGED == 0) {
        LOG.warn(
            "Record {}-{}@{} is a dead letter ({}), number {} of this process: {}",
            unit.origin.topic(),
            unit.origin.partition(),
            unit.origin.offset(),
            reason,
            parkedRecords,
            message);
      }
      settle(unit);
    } else {
      metrics.retried("dead_letter");
      health.troubled("The dead letter could not be written: " + failure);
      long pause = backoff.nanosAfter(tries, Duration.ZERO);
      unparked.add(new Parking<>(unit, reason, message, tries, nanoTime.getAsLong() + pause));
    }
  }

  private void settle(Unit<P> unit) {
    unit.settle();
    unit.progress.advance();
    records--;
    bytes -= unit.heldBytes();
    health.progressed();
  }

  private void drop(List<Unit<P>> gone) {
    for (Unit<P> unit : gone) {
      records--;
      bytes -= unit.heldBytes();
    }
  }

  /** Forgets what belongs to partitions that are no longer owned; answers still come in. */
  void discardDisowned() {
    Batch<P> batch = open;
    if (batch != null) {
      drop(batch.removeUnless(Unit::isLive));
      if (batch.size() == 0) {
        open = null;
      }
    }
    for (Batch<P> each : ready) {
      drop(each.removeUnless(Unit::isLive));
    }
    ready.removeIf(each -> each.size() == 0);
    for (Waiting<P> each : waiting) {
      drop(each.batch().removeUnless(Unit::isLive));
    }
    waiting.removeIf(each -> each.batch().size() == 0);
    for (Parking<P> each : unparked) {
      if (!each.unit().isLive()) {
        drop(List.of(each.unit()));
      }
    }
    unparked.removeIf(each -> !each.unit().isLive());
  }

  /** Whether nothing more may be read at present. */
  boolean isFull() {
    return bytes >= settings.bufferBytes() || (!ready.isEmpty() && !hasPermit());
  }

  boolean isEmpty() {
    return records == 0;
  }

  int records() {
    return records;
  }

  /** Partitions whose records wait for their next attempt. */
  Set<TopicPartition> troubled() {
    if (waiting.isEmpty() && unparked.isEmpty()) {
      return Set.of();
    }
    Set<TopicPartition> partitions = new HashSet<>();
    for (Waiting<P> each : waiting) {
      each.batch().units.forEach(unit -> partitions.add(unit.progress.partition()));
    }
    unparked.forEach(each -> partitions.add(each.unit().progress.partition()));
    return partitions;
  }

  /** Nanoseconds until something is due, at most {@code limit}. */
  long nanosToNextStep(long limit) {
    long now = nanoTime.getAsLong();
    List<Long> due = new ArrayList<>();
    if (!waiting.isEmpty()) {
      due.add(waiting.element().atNanos() - now);
    }
    if (!unparked.isEmpty()) {
      due.add(unparked.element().atNanos() - now);
    }
    Batch<P> batch = open;
    if (batch != null) {
      due.add(batch.openedAtNanos + settings.batchAge().toNanos() - now);
    }
    long next = limit;
    for (long each : due) {
      next = Math.min(next, Math.max(0, each));
    }
    return next;
  }
}
