package org.aragora.telemetry.chaos.checks;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.report.Violations.Check;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.schemas.topic.Topics;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.oracle.PartitionOracle;
import org.jspecify.annotations.Nullable;

/** Checks of the topics that the processors wrote, read_committed. */
public final class TopicChecks {
  private static final String TOPIC = "aragora-dlq-topic";
  private static final String PARTITION = "aragora-dlq-partition";
  private static final String OFFSET = "aragora-dlq-offset";

  private final ChaosSettings settings;
  private final String bootstrapServers;
  private final ExpectedTotals expected;
  private final Violations violations;

  /** {@code expected}: read to the end of the run. */
  public TopicChecks(
      ChaosSettings settings,
      String bootstrapServers,
      ExpectedTotals expected,
      Violations violations) {
    this.settings = settings;
    this.bootstrapServers = bootstrapServers;
    this.expected = expected;
    this.violations = violations;
  }

  /** Checks that every ledger record balances, none goes back, and the last equals the oracle's. */
  public void ledger() {
    Map<InputPartition, Ledger> last = new HashMap<>();
    readAll(
        Topics.METRICS.under(settings.topicPrefix()),
        record -> {
          if (record.value() != null
              && MetricsKey.fromBytes(record.key()) instanceof MetricsKey.LedgerOf key) {
            Ledger ledger = Ledger.read(new BinaryReader(record.value()));
            violations.checked(Check.LEDGER, 1);
            checkStep(key.task(), last.put(key.task(), ledger), ledger);
          }
        });
    for (PartitionOracle oracle : expected.partitions()) {
      checkLast(
          oracle,
          last.entrySet().stream()
              .filter(entry -> isOf(entry.getKey(), oracle.partition()))
              .map(Map.Entry::getValue)
              .findFirst()
              .orElseGet(Ledger::new));
    }
  }

  private boolean isOf(InputPartition task, TopicPartition partition) {
    return task.partition() == partition.partition()
        && task.topic().under(settings.topicPrefix()).equals(partition.topic());
  }

  private void checkStep(InputPartition task, @Nullable Ledger before, Ledger ledger) {
    if (!ledger.balances()) {
      violations.add(Check.LEDGER, "a ledger of %s does not balance".formatted(task));
    }
    if (before != null
        && (ledger.read() < before.read()
            || ledger.counted() < before.counted()
            || ledger.nextOffset() < before.nextOffset())) {
      violations.add(
          Check.LEDGER,
          "the ledger of %s goes back from %d to %d records read"
              .formatted(task, before.read(), ledger.read()));
    }
  }

  private void checkLast(PartitionOracle oracle, Ledger ledger) {
    PartitionOracle.Figures figures = oracle.figures();
    String found =
        "read %d counted %d duplicate %d dead letters %d late %d missing %s"
            .formatted(
                ledger.read(),
                ledger.counted(),
                ledger.duplicate(),
                ledger.deadLetters(),
                ledger.late(),
                ledger.missing());
    String wanted =
        "read %d counted %d duplicate %d dead letters %d late %d missing %s"
            .formatted(
                figures.read(),
                figures.counted(),
                figures.duplicates(),
                figures.invalid(),
                figures.late(),
                figures.missing());
    violations.checked(Check.LEDGER, 1);
    if (!found.equals(wanted)) {
      violations.add(
          Check.LEDGER,
          "the ledger of %s has %s, not %s".formatted(oracle.partition(), found, wanted));
    }
  }

  /** Checks that every invalid record is in the dead-letter topic once, and no other record. */
  public void deadLetters() {
    Map<String, Integer> found = new HashMap<>();
    readAll(
        Topics.DEAD_LETTERS.under(settings.topicPrefix()),
        record ->
            found.merge(
                header(record, TOPIC)
                    + "-"
                    + header(record, PARTITION)
                    + "@"
                    + header(record, OFFSET),
                1,
                Integer::sum));
    for (PartitionOracle oracle : expected.partitions()) {
      for (long offset : oracle.invalidOffsets()) {
        violations.checked(Check.DEAD_LETTERS, 1);
        Integer times = found.remove(oracle.partition() + "@" + offset);
        if (times == null || times != 1) {
          violations.add(
              Check.DEAD_LETTERS,
              "the invalid record %s@%d is a dead letter %d times"
                  .formatted(oracle.partition(), offset, times == null ? 0 : times));
        }
      }
    }
    found
        .keySet()
        .forEach(
            place ->
                violations.add(
                    Check.DEAD_LETTERS, "the valid record %s is a dead letter".formatted(place)));
  }

  /** Checks that every event that was acknowledged to a producer is in its topic. */
  public void acknowledged(Map<String, Long> byTopic) {
    Map<String, Long> found = new HashMap<>();
    for (PartitionOracle oracle : expected.partitions()) {
      found.merge(oracle.partition().topic(), oracle.figures().numbered(), Long::sum);
    }
    byTopic.forEach(
        (topic, acknowledged) -> {
          violations.checked(Check.ACKNOWLEDGED, acknowledged);
          if (found.getOrDefault(topic, 0L) < acknowledged) {
            violations.add(
                Check.ACKNOWLEDGED,
                "%d events were acknowledged and %d are in %s"
                    .formatted(acknowledged, found.getOrDefault(topic, 0L), topic));
          }
        });
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "?" : new String(header.value(), StandardCharsets.UTF_8);
  }

  private void readAll(String topic, Consumer<ConsumerRecord<byte[], byte[]>> action) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        BrokerTopics.consumer(bootstrapServers, List.of())) {
      consumer.assign(
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList());
      consumer.seekToBeginning(consumer.assignment());
      BrokerTopics.readToEnd(consumer, action);
    }
  }
}
