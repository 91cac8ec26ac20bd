package org.aragora.telemetry.producer;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.aragora.telemetry.producer.lane.KafkaLink;
import org.aragora.telemetry.producer.lane.Lane;
import org.aragora.telemetry.producer.lane.MemoryOutbox;
import org.aragora.telemetry.producer.lane.Outbox;
import org.aragora.telemetry.producer.lane.Outgoing;
import org.aragora.telemetry.producer.spool.Spool;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/** The five lanes of a producer with their accounts. Nothing here throws at the host. */
final class Pipeline {
  private static final Duration LEAST = Duration.ofMillis(1);

  private final KafkaLink link;
  private final FailureReport report;
  private final @Nullable Spool spool;
  private final @Nullable Recovery recovery;
  private final Map<InputTopic, TopicAccount> accounts = new EnumMap<>(InputTopic.class);
  private final Map<InputTopic, Lane> lanes = new EnumMap<>(InputTopic.class);

  /** Makes an event's record, or says why there is none. */
  interface Stamping {
    Outgoing stamp() throws RefusedEventException;
  }

  Pipeline(
      ProducerSettings settings,
      KafkaLink link,
      Ids ids,
      FailureReport report,
      @Nullable Spool spool) {
    this.link = link;
    this.report = report;
    this.spool = spool;
    this.recovery = spool == null ? null : new Recovery(spool, link, report);
    for (InputTopic topic : InputTopic.values()) {
      String name = topic.under(settings.topicPrefix());
      TopicAccount account = new TopicAccount(name, report);
      Outbox outbox =
          spool == null
              ? MemoryOutbox.create(settings.maxEvents(), settings.maxBytes())
              : spool.outbox(name);
      accounts.put(topic, account);
      lanes.put(topic, Lane.create(name, ids.epoch(), outbox, link, account));
    }
  }

  /** Offers an event to its topic. Returns whether it was accepted; it is counted either way. */
  @SuppressWarnings("NullAway") // every topic has its account and its lane
  boolean offer(InputTopic topic, Stamping stamping, boolean open, long waitNanos) {
    TopicAccount account = accounts.get(topic);
    account.offered();
    try {
      if (!open) {
        return refused(account, DropReason.CLOSED, "The producer is closed.");
      }
      return switch (lanes.get(topic).offer(stamping.stamp(), waitNanos)) {
        case ACCEPTED -> true;
        case FULL ->
            refused(account, DropReason.FULL, "As much as may be kept for it is under way.");
        case SEALED -> refused(account, DropReason.CLOSED, "The producer is closed.");
        case FAILED -> refused(account, DropReason.SPOOL_FAILED, "The spool cannot be written.");
      };
    } catch (RefusedEventException e) {
      return refused(account, e.reason(), String.valueOf(e.getMessage()));
    } catch (Throwable e) { // whatever the host handed in, it is not to hurt the host
      return refused(account, DropReason.INVALID, FailureReport.reasonOf(e));
    }
  }

  private static boolean refused(TopicAccount account, DropReason reason, String message) {
    account.dropped(reason, 1, message);
    return false;
  }

  /** Waits until what was accepted before is settled. Returns whether it is. */
  boolean flush(long deadlineNanos) throws InterruptedException {
    boolean all = true;
    for (Lane lane : lanes.values()) {
      all &= lane.awaitSettled(deadlineNanos - System.nanoTime());
    }
    return all;
  }

  /** Ends the lanes by the deadline and counts what is left. */
  void close(long deadlineNanos) {
    lanes.values().forEach(Lane::seal);
    try {
      for (Lane lane : lanes.values()) {
        lane.awaitEnd(deadlineNanos - System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lanes.values().forEach(Lane::abandon);
    if (recovery != null) {
      recovery.stop();
    }
    closeLink(deadlineNanos);
    lanes.values().forEach(lane -> sweep(lane, report));
    closeSpool();
  }

  private void closeSpool() {
    if (recovery != null && spool != null) {
      recovery.close();
      long left = accounts.values().stream().mapToLong(a -> a.stats().queued()).sum();
      if (left > 0) {
        report.note(left + " telemetry events stay in the spool; the next run sends them.");
      }
      try {
        spool.close();
      } catch (IOException e) {
        report.note("The spool did not close: " + FailureReport.reasonOf(e));
      }
    }
  }

  private void closeLink(long deadlineNanos) {
    boolean interrupted = Thread.interrupted(); // or the client would not close at all
    try {
      Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
      link.close(left.compareTo(LEAST) < 0 ? LEAST : left);
    } catch (RuntimeException e) {
      report.note("The Kafka client did not close: " + FailureReport.reasonOf(e));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Ends a lane whose Kafka client is closed, or which has nothing left. */
  static void sweep(Lane lane, FailureReport report) {
    boolean interrupted = Thread.interrupted();
    try {
      lane.awaitEnd(TimeUnit.SECONDS.toNanos(1));
      lane.sweep(new IllegalStateException("the producer was closed before"));
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (IOException | RuntimeException e) {
      report.note("The queue of the telemetry did not close: " + FailureReport.reasonOf(e));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Sends what earlier runs have left, as far as there is any. */
  void recover() {
    if (recovery != null) {
      recovery.poll();
    }
  }

  ProducerStats stats() {
    Map<String, ProducerStats.TopicStats> topics = new HashMap<>();
    accounts.values().forEach(account -> topics.put(account.topic(), account.stats()));
    return new ProducerStats(topics, recovery == null ? 0 : recovery.recovered());
  }

  /** One count of every topic, by its full name. */
  Map<String, Long> counts(ToLongFunction<TopicAccount> count) {
    Map<String, Long> counts = new HashMap<>();
    accounts.values().forEach(a -> counts.put(a.topic(), count.applyAsLong(a)));
    return counts;
  }
}
