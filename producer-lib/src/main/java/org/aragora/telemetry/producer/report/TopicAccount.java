package org.aragora.telemetry.producer.report;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.aragora.telemetry.producer.lane.Outcome;

/** Counts the outcomes of one topic's events; every offered event ends in exactly one count. */
public final class TopicAccount implements Outcome {
  private final String topic;
  private final FailureReport report;
  private final LongAdder offered = new LongAdder();
  private final LongAdder acknowledged = new LongAdder();
  private final LongAdder inherited = new LongAdder();
  private final Map<DropReason, LongAdder> dropped = new EnumMap<>(DropReason.class);

  public TopicAccount(String topic, FailureReport report) {
    this.topic = topic;
    this.report = report;
    for (DropReason reason : DropReason.values()) {
      dropped.put(reason, new LongAdder());
    }
  }

  public String topic() {
    return topic;
  }

  public void offered() {
    offered.increment();
  }

  @SuppressWarnings("NullAway") // every reason has its adder
  public void dropped(DropReason reason, long count, String message) {
    dropped.get(reason).add(count);
    report.dropped(topic, reason, count, message);
  }

  @Override
  public void acknowledged() {
    acknowledged.increment();
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
    inherited.add(count);
  }

  @Override
  public void retrying(Throwable cause) {
    report.sendFailed(topic, cause);
  }

  public long acknowledgedCount() {
    return acknowledged.sum();
  }

  /** Drops of this run, and those of earlier runs that it has found in the spool. */
  public long droppedCount() {
    return inherited.sum() + dropped.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /**
   * Reads the counts. Reads {@code offered} last, so that no event is missed: it is offered before
   * it is anything else.
   */
  public ProducerStats.TopicStats stats() {
    long acks = acknowledged.sum();
    Map<DropReason, Long> reasons = new EnumMap<>(DropReason.class);
    long drops = 0;
    for (Map.Entry<DropReason, LongAdder> entry : dropped.entrySet()) {
      long count = entry.getValue().sum();
      if (count > 0) {
        reasons.put(entry.getKey(), count);
        drops += count;
      }
    }
    long all = offered.sum();
    return new ProducerStats.TopicStats(all, acks, drops, all - acks - drops, reasons);
  }
}
