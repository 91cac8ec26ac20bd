package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what is refused for good to the dead letters, again and again until Kafka has it. Owned by
 * the loop's thread.
 */
final class Parking<P> {

  private static final Logger LOG = LoggerFactory.getLogger(Parking.class);

  /** Dead letters logged one by one; later ones only now and then. */
  private static final int ALWAYS_LOGGED = 100;

  private final DeadLetters deadLetters;
  private final ExporterMetrics metrics;
  private final Health health;
  private final Backoff backoff;
  private final Queue<Runnable> events;
  private final LongSupplier nanoTime;
  private final Consumer<Unit<P>> settle;
  private final Consumer<Unit<P>> drop;
  private final PriorityQueue<Again<P>> waiting =
      new PriorityQueue<>(Comparator.comparingLong(Again::atNanos));
  private long parkedRecords;

  private record Again<P>(Unit<P> unit, String reason, String message, int tries, long atNanos) {}

  /**
   * @param events what the loop's thread is to run
   * @param settle takes what is parked
   * @param drop takes what is no longer this process's business
   */
  Parking(
      DeadLetters deadLetters,
      ExporterMetrics metrics,
      Health health,
      Backoff backoff,
      Queue<Runnable> events,
      LongSupplier nanoTime,
      Consumer<Unit<P>> settle,
      Consumer<Unit<P>> drop) {
    this.deadLetters = deadLetters;
    this.metrics = metrics;
    this.health = health;
    this.backoff = backoff;
    this.events = events;
    this.nanoTime = nanoTime;
    this.settle = settle;
    this.drop = drop;
  }

  void park(Unit<P> unit, String reason, String message) {
    park(unit, reason, message, 1);
  }

  /** Writes again what is due. */
  void step() {
    long now = nanoTime.getAsLong();
    while (!waiting.isEmpty() && waiting.element().atNanos() - now <= 0) {
      Again<P> again = waiting.remove();
      park(again.unit(), again.reason(), again.message(), again.tries() + 1);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the outcome comes back as an event
  private void park(Unit<P> unit, String reason, String message, int tries) {
    if (!unit.isLive()) {
      drop.accept(unit);
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
      drop.accept(unit);
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
      settle.accept(unit);
    } else {
      metrics.retried("dead_letter");
      health.troubled("The dead letter could not be written: " + failure);
      long pause = backoff.nanosAfter(tries, Duration.ZERO);
      waiting.add(new Again<>(unit, reason, message, tries, nanoTime.getAsLong() + pause));
    }
  }

  /** Forgets what belongs to partitions that are no longer owned. */
  void discardDisowned() {
    for (Again<P> each : waiting) {
      if (!each.unit().isLive()) {
        drop.accept(each.unit());
      }
    }
    waiting.removeIf(each -> !each.unit().isLive());
  }

  /** Adds the partitions whose dead letters wait for their next attempt. */
  void addTroubled(Set<TopicPartition> partitions) {
    waiting.forEach(each -> partitions.add(each.unit().progress.partition()));
  }

  /** Nanoseconds until something is due, at most {@code limit}. */
  long nanosToNextStep(long limit) {
    return waiting.isEmpty()
        ? limit
        : Math.min(limit, Math.max(0, waiting.element().atNanos() - nanoTime.getAsLong()));
  }
}
