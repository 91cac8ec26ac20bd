package org.aragora.telemetry.producer;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.aragora.telemetry.producer.lane.EventQueue;
import org.aragora.telemetry.producer.lane.MemoryQueue;
import org.aragora.telemetry.producer.lane.ProducerHandle;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.aragora.telemetry.producer.lane.TopicSender;
import org.aragora.telemetry.producer.report.DropReason;
import org.aragora.telemetry.producer.report.FailureReport;
import org.aragora.telemetry.producer.report.ProducerStats;
import org.aragora.telemetry.producer.report.TopicAccount;
import org.aragora.telemetry.producer.spool.Spool;
import org.aragora.telemetry.producer.stamp.Ids;
import org.aragora.telemetry.producer.stamp.RefusedEventException;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/** The senders of the five topics with their accounts. Never throws at the host. */
final class TopicSenders {
  private static final Duration LEAST = Duration.ofMillis(1);

  private final ProducerHandle handle;
  private final FailureReport report;
  private final @Nullable Spool spool;
  private final @Nullable Recovery recovery;
  private final Map<InputTopic, TopicAccount> accounts = new EnumMap<>(InputTopic.class);
  private final Map<InputTopic, TopicSender> senders = new EnumMap<>(InputTopic.class);

  /** Makes a stamped event. */
  interface Stamping {
    StampedEvent stamp() throws RefusedEventException;
  }

  TopicSenders(
      ProducerSettings settings,
      ProducerHandle handle,
      Ids ids,
      FailureReport report,
      @Nullable Spool spool) {
    this.handle = handle;
    this.report = report;
    this.spool = spool;
    for (InputTopic topic : InputTopic.values()) {
      String name = topic.under(settings.topicPrefix());
      TopicAccount account = new TopicAccount(name, report);
      EventQueue queue =
          spool == null
              ? MemoryQueue.create(settings.maxEvents(), settings.maxBytes())
              : spool.queue(name);
      accounts.put(topic, account);
      senders.put(topic, TopicSender.create(name, ids.epoch(), queue, handle, account));
    }
    Map<String, TopicAccount> byName = new HashMap<>();
    accounts.values().forEach(account -> byName.put(account.topic(), account));
    this.recovery = spool == null ? null : new Recovery(spool, handle, report, byName);
  }

  /**
   * Offers an event to its topic and counts it.
   *
   * @return true if it was accepted
   */
  @SuppressWarnings("NullAway") // every topic has its account and its sender
  boolean offer(InputTopic topic, Stamping stamping, boolean open, long waitNanos) {
    TopicAccount account = accounts.get(topic);
    account.offered();
    DropReason reason = DropReason.CLOSED;
    Object cause = "The producer is closed.";
    try {
      if (open) {
        EventQueue.Offer offer = senders.get(topic).offer(stamping.stamp(), waitNanos);
        if (offer == EventQueue.Offer.ACCEPTED) {
          return true;
        }
        reason = reason(offer);
        cause = sentence(offer);
      }
    } catch (RefusedEventException e) {
      reason = e.reason();
      cause = String.valueOf(e.getMessage());
    } catch (Throwable e) { // no argument of the host, and no Error in it, may hurt the host
      reason = DropReason.INVALID;
      cause = e;
    }
    refused(account, reason, cause);
    return false;
  }

  private static DropReason reason(EventQueue.Offer offer) {
    return switch (offer) {
      case ACCEPTED, SEALED -> DropReason.CLOSED;
      case FULL -> DropReason.FULL;
      case FAILED -> DropReason.SPOOL_FAILED;
    };
  }

  private static String sentence(EventQueue.Offer offer) {
    return switch (offer) {
      case ACCEPTED, SEALED -> "The producer is closed.";
      case FULL -> "As much as may be kept for it is under way.";
      case FAILED -> "The spool cannot be written.";
    };
  }

  private static void refused(TopicAccount account, DropReason reason, Object cause) {
    account.count(reason, 1);
    try {
      account.report(
          reason, 1, cause instanceof Throwable e ? FailureReport.reasonOf(e) : (String) cause);
    } catch (Throwable e) {
      // it is counted; only the report of it has failed, as with a full heap
    }
  }

  /**
   * Waits until all events accepted before are settled.
   *
   * @return true if they are
   */
  boolean flush(long deadlineNanos) throws InterruptedException {
    boolean all = true;
    for (TopicSender sender : senders.values()) {
      all &= sender.awaitSettled(deadlineNanos - System.nanoTime());
    }
    return all;
  }

  /** Ends the senders by the deadline and counts what is left. */
  void close(long deadlineNanos) {
    senders.values().forEach(TopicSender::seal);
    try {
      for (TopicSender sender : senders.values()) {
        sender.awaitEnd(deadlineNanos - System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    senders.values().forEach(TopicSender::abandon);
    if (recovery != null) {
      recovery.stop();
    }
    closeHandle(deadlineNanos);
    senders.values().forEach(sender -> Recovery.sweep(sender, report));
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

  private void closeHandle(long deadlineNanos) {
    boolean interrupted = Thread.interrupted(); // or the client would not close at all
    try {
      Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
      handle.close(left.compareTo(LEAST) < 0 ? LEAST : left);
    } catch (RuntimeException e) {
      report.note("The Kafka client did not close: " + FailureReport.reasonOf(e));
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
    return recovery == null
        ? new ProducerStats(topics, 0, 0)
        : new ProducerStats(topics, recovery.recovered(), recovery.damaged());
  }

  /** One count of every topic, by its full name. */
  Map<String, Long> counts(ToLongFunction<TopicAccount> count) {
    Map<String, Long> counts = new HashMap<>();
    accounts.values().forEach(a -> counts.put(a.topic(), count.applyAsLong(a)));
    return counts;
  }
}
