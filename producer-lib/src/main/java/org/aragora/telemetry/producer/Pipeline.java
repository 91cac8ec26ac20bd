package org.aragora.telemetry.producer;

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
import org.aragora.telemetry.schemas.event.InputTopic;

/** The five lanes of a producer with their accounts. Nothing here throws at the host. */
final class Pipeline {
  private static final Duration LEAST = Duration.ofMillis(1);

  private final KafkaLink link;
  private final FailureReport report;
  private final Map<InputTopic, TopicAccount> accounts = new EnumMap<>(InputTopic.class);
  private final Map<InputTopic, Lane> lanes = new EnumMap<>(InputTopic.class);

  /** Makes an event's record, or says why there is none. */
  interface Stamping {
    Outgoing stamp() throws RefusedEventException;
  }

  Pipeline(ProducerSettings settings, KafkaLink link, Ids ids, FailureReport report) {
    this.link = link;
    this.report = report;
    for (InputTopic topic : InputTopic.values()) {
      String name = topic.under(settings.topicPrefix());
      TopicAccount account = new TopicAccount(name, report);
      Outbox outbox = MemoryOutbox.create(settings.maxEvents(), settings.maxBytes());
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
    closeLink(deadlineNanos);
    for (Lane lane : lanes.values()) {
      sweep(lane);
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

  private void sweep(Lane lane) {
    boolean interrupted = Thread.interrupted();
    try {
      lane.awaitEnd(TimeUnit.SECONDS.toNanos(1));
      lane.sweep(new IllegalStateException("the producer was closed before"));
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (Exception e) {
      report.note("The queue of the telemetry did not close: " + FailureReport.reasonOf(e));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  ProducerStats stats() {
    Map<String, ProducerStats.TopicStats> topics = new HashMap<>();
    accounts.values().forEach(account -> topics.put(account.topic(), account.stats()));
    return new ProducerStats(topics, 0);
  }

  /** One count of every topic, by its full name. */
  Map<String, Long> counts(ToLongFunction<TopicAccount> count) {
    Map<String, Long> counts = new HashMap<>();
    accounts.values().forEach(a -> counts.put(a.topic(), count.applyAsLong(a)));
    return counts;
  }
}
