package org.aragora.telemetry.processor.serve;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.value.ExactSum;
import org.aragora.telemetry.processor.flow.ConsumedOffsets;
import org.aragora.telemetry.processor.flow.TopicTime;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** Samples of the ledgers, summed by topic, and of the lag of each topic. */
final class LedgerSamples {
  private static final String PREFIX = "aragora_telemetry_";
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MS_PER_SECOND = 1e3;

  private final ServeSettings settings;
  private final Map<InputPartition, Ledger> ledgers;
  private final ConsumedOffsets progress;
  private final TopicTime time;
  private final PartitionView view;
  private final long atNanos;
  private final Snapshots to;

  LedgerSamples(
      ServeSettings settings,
      PartitionView view,
      ConsumedOffsets progress,
      long atNanos,
      Snapshots to) {
    this.settings = settings;
    this.view = view;
    this.ledgers = view.ledgers();
    this.progress = progress;
    this.time = new TopicTime(ledgers, progress, atNanos);
    this.atNanos = atNanos;
    this.to = to;
  }

  void add() {
    for (InputTopic topic : InputTopic.values()) {
      String name = topic.under(settings.topicPrefix());
      addOutcomes(topic, name);
      addTimes(topic, name);
      addPartitions(topic, name);
    }
  }

  private void addOutcomes(InputTopic topic, String name) {
    String events = "Records read from an input topic, by what became of them";
    addEvents(events, name, "counted", sum(topic, Ledger::counted));
    addEvents(events, name, "duplicate", sum(topic, Ledger::duplicate));
    addEvents(events, name, "dead_letter", sum(topic, Ledger::deadLetters));
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      to.counter(
          PREFIX + "dead_letters_total",
          "Records that are no valid event, by the first rule that they break",
          Labels.of("topic", name, "reason", reason.label()),
          sum(topic, ledger -> ledger.deadLetters(reason)));
    }
    addByTopic(
        "late_events_total",
        "Counted events whose time lies before partition time by more than the grace",
        name,
        sum(topic, Ledger::late));
    addByTopic(
        "clock_skew_events_total",
        "Events whose time lies after their append time by more than is allowed, counted at append time",
        name,
        sum(topic, Ledger::clockSkew));
    addByTopic(
        "gaps_closed_total",
        "Gaps in the numbers of a producer run that were given up because there were too many",
        name,
        sum(topic, Ledger::gapsClosed));
    addByTopic(
        "runs_forgotten_total",
        "Producer runs that were forgotten before their time because there were too many",
        name,
        sum(topic, Ledger::runsForgotten));
    ExactSum missing = new ExactSum();
    ledgers(topic).forEach(ledger -> missing.add(ledger.missing()));
    to.gauge(
        PREFIX + "missing_events",
        "Events that producers numbered and that have not been counted",
        Labels.of("topic", name),
        missing.toDouble(1));
  }

  private void addTimes(InputTopic topic, String name) {
    OptionalLong known = time.completeUntilNanos(topic);
    OptionalLong until =
        known.isEmpty()
            ? known
            : view.servedTimes()
                .served(topic, known.getAsLong(), progress::unreadAppendMs, atNanos);
    if (until.isPresent()) {
      to.gauge(
          PREFIX + "complete_until_timestamp_seconds",
          "Event time up to which a topic is counted, but for late events",
          Labels.of("topic", name),
          (double) (until.getAsLong() - settings.lateGrace().toNanos()) / NANOS_PER_SECOND);
    }
    double lagMs = 0;
    boolean isKnown = false;
    for (int i = 0; i < settings.inputPartitions().getOrDefault(topic, 0); i++) {
      InputPartition partition = new InputPartition(topic, i);
      OptionalLong ageMs = progress.unreadAgeMs(partition);
      isKnown |= time.isAtEnd(partition) || ageMs.isPresent();
      lagMs = Math.max(lagMs, (double) ageMs.orElse(0));
    }
    if (isKnown) {
      to.gauge(
          PREFIX + "lag_seconds",
          "Age of the next unread record of a topic, in its worst partition",
          Labels.of("topic", name),
          lagMs / MS_PER_SECOND);
    }
  }

  private void addPartitions(InputTopic topic, String name) {
    for (int i = 0; i < settings.inputPartitions().getOrDefault(topic, 0); i++) {
      InputPartition partition = new InputPartition(topic, i);
      Labels labels = Labels.of("topic", name, "partition", String.valueOf(i));
      Ledger ledger = ledgers.get(partition);
      if (ledger != null) {
        to.gauge(
            PREFIX + "consumed_offset",
            "Offset of the next record to count",
            labels,
            (double) ledger.nextOffset());
      }
      OptionalLong lag = progress.lagRecords(partition);
      if (lag.isPresent()) {
        to.gauge(
            PREFIX + "lag_records",
            "Records up to the high watermark that are not counted yet",
            labels,
            (double) lag.getAsLong());
      }
      OptionalLong unstable = progress.unstableRecords(partition);
      if (unstable.isPresent()) {
        to.gauge(
            PREFIX + "unstable_records",
            "Records between the last stable offset and the high watermark, held back by an open transaction",
            labels,
            (double) unstable.getAsLong());
      }
    }
  }

  private void addEvents(String help, String topic, String outcome, double value) {
    to.counter(PREFIX + "events_total", help, Labels.of("topic", topic, "outcome", outcome), value);
  }

  private void addByTopic(String name, String help, String topic, double value) {
    to.counter(PREFIX + name, help, Labels.of("topic", topic), value);
  }

  private double sum(InputTopic topic, ToLongFunction<Ledger> figure) {
    return (double) ledgers(topic).mapToLong(figure).sum();
  }

  private Stream<Ledger> ledgers(InputTopic topic) {
    return ledgers.entrySet().stream()
        .filter(entry -> entry.getKey().topic() == topic)
        .map(Map.Entry::getValue);
  }
}
