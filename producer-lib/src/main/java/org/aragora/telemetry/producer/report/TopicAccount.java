package org.aragora.telemetry.producer.report;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.aragora.telemetry.producer.lane.Outcome;

/**
 * Counts the outcomes of one topic's events; every offered event ends in exactly one count.
 * Counting does not allocate.
 */
public final class TopicAccount implements Outcome {
  private final String topic;
  private final FailureReport report;
  private final AtomicLong offered = new AtomicLong();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong inherited = new AtomicLong();
  private final Map<DropReason, AtomicLong> dropped = new EnumMap<>(DropReason.class);

  public TopicAccount(String topic, FailureReport report) {
    this.topic = topic;
    this.report = report;
    for (DropReason reason : DropReason.values()) {
      dropped.put(reason, new AtomicLong());
    }
  }

  public String topic() {
    return topic;
  }

  public void offered() {
    offered.incrementAndGet();
  }

  @SuppressWarnings("NullAway") // every reason has its counter
  public void count(DropReason reason, long count) {
    dropped.get(reason).addAndGet(count);
  }

  /** Reports drops that are counted. */
  public void report(DropReason reason, long count, String message) {
    report.dropped(topic, reason, count, message);
  }

  private void dropped(DropReason reason, long count, String message) {
    count(reason, count);
    report(reason, count, message);
  }

  @Override
  public void acknowledged() {
    acknowledged.incrementAndGet();
  }

  @Override
  public void lost(long count, Throwable cause) {
    dropped(
        DropReason.UNDELIVERED,
        count,
        "The broker did not acknowledge the event: " + FailureReport.reasonOf(cause));
  }

  @Override
  public void damaged(long count) {
    dropped(DropReason.DAMAGED, count, FailureReport.UNREADABLE);
  }

  /** Adds events of earlier runs that are dropped; heartbeats carry them, {@link #stats} not. */
  public void inherited(long count) {
    inherited.addAndGet(count);
  }

  @Override
  public void retrying(Throwable cause) {
    report.sendFailed(topic, cause);
  }

  public long acknowledgedCount() {
    return acknowledged.get();
  }

  /** Drops of this run, and those of earlier runs that it has found in the spool. */
  public long droppedCount() {
    return inherited.get() + dropped.values().stream().mapToLong(AtomicLong::get).sum();
  }

  /**
   * Reads the counts. Reads {@code offered} last, so that no event is missed: it is offered before
   * it is anything else.
   */
  public ProducerStats.TopicStats stats() {
    long acks = acknowledged.get();
    Map<DropReason, Long> reasons = new EnumMap<>(DropReason.class);
    long drops = 0;
    for (Map.Entry<DropReason, AtomicLong> entry : dropped.entrySet()) {
      long count = entry.getValue().get();
      if (count > 0) {
        reasons.put(entry.getKey(), count);
        drops += count;
      }
    }
    long all = offered.get();
    return new ProducerStats.TopicStats(all, acks, drops, all - acks - drops, reasons);
  }
}
