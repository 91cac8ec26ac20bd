package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
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

  private final LoopSettings settings;
  private final ExporterMetrics metrics;
  private final Health health;
  private final Backoff backoff;
  private final LongSupplier nanoTime;
  private final Dispatch<P> dispatch;
  private final Parking<P> parking;

  private final ArrayDeque<Batch<P>> ready = new ArrayDeque<>();
  private final PriorityQueue<Waiting<P>> waiting =
      new PriorityQueue<>(Comparator.comparingLong(Waiting::atNanos));
  private @Nullable Batch<P> open;
  private int inFlight;
  private int records;
  private long bytes;

  private record Waiting<P>(Batch<P> batch, long atNanos) {}

  Outbox(
      LoopSettings settings,
      Dispatch<P> dispatch,
      DeadLetters deadLetters,
      ExporterMetrics metrics,
      Health health,
      Backoff backoff,
      Queue<Runnable> events,
      LongSupplier nanoTime) {
    this.settings = settings;
    this.metrics = metrics;
    this.health = health;
    this.backoff = backoff;
    this.nanoTime = nanoTime;
    this.dispatch = dispatch;
    parking =
        new Parking<>(
            deadLetters,
            metrics,
            health,
            backoff,
            events,
            nanoTime,
            this::settle,
            unit -> drop(List.of(unit)));
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
    parking.park(unit, reason, message);
  }

  /** Sends all that is due. */
  void step(boolean flush) {
    long now = nanoTime.getAsLong();
    parking.step();
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

  private void send(Batch<P> batch) {
    drop(batch.removeUnless(Unit::isLive));
    if (batch.size() == 0) {
      return;
    }
    inFlight++;
    batch.attempts++;
    metrics.sent(batch.items());
    batch.units.forEach(unit -> unit.progress.sent());
    dispatch.send(batch, this::answered);
  }

  private void answered(Batch<P> batch, Answer<P> answer, long nanos) {
    inFlight--;
    metrics.answered(nanos);
    batch.units.forEach(unit -> unit.progress.answered());
    drop(batch.removeUnless(Unit::isLive));
    if (answer instanceof Answer.Acknowledged<P>) {
      batch.units.forEach(this::settle);
      metrics.acknowledged(batch.units);
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
      parking.park(batch.units.get(0), refused.reason(), refused.message());
      return;
    }
    List<Unit<P>> condemned = batch.removeUnless(unit -> !refused.certainly().test(unit.payload));
    condemned.forEach(unit -> parking.park(unit, refused.reason(), refused.message()));
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
    parking.discardDisowned();
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
    Set<TopicPartition> partitions = new HashSet<>();
    for (Waiting<P> each : waiting) {
      each.batch().units.forEach(unit -> partitions.add(unit.progress.partition()));
    }
    parking.addTroubled(partitions);
    return partitions;
  }

  /** Nanoseconds until something is due, at most {@code limit}. */
  long nanosToNextStep(long limit) {
    long now = nanoTime.getAsLong();
    long next = parking.nanosToNextStep(limit);
    if (!waiting.isEmpty()) {
      next = Math.min(next, Math.max(0, waiting.element().atNanos() - now));
    }
    Batch<P> batch = open;
    if (batch != null) {
      next = Math.min(next, Math.max(0, batch.openedAtNanos + settings.batchAge().toNanos() - now));
    }
    return next;
  }
}
