package org.aragora.telemetry.replay.verify;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.value.PartialValue;
import org.aragora.telemetry.replay.read.Consumers;
import org.aragora.telemetry.replay.read.ReplayException;
import org.jspecify.annotations.Nullable;

/** Reads the output topics of the live service: the last committed value of every key. */
final class LiveGeneration implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Consumer<byte[], byte[]> committed;
  private final Consumer<byte[], byte[]> uncommitted;
  private final String windowsTopic;
  private final List<TopicPartition> partitions = new ArrayList<>();
  private final Map<InputPartition, LiveTask> tasks = new TreeMap<>();

  LiveGeneration(LiveSource source) {
    committed = source.consumers().committed("live");
    uncommitted = source.consumers().uncommitted("live-ends");
    windowsTopic = source.generation().metricsWindows().under(source.topicPrefix());
    String metricsTopic = source.generation().metrics().under(source.topicPrefix());
    for (String topic : List.of(metricsTopic, windowsTopic)) {
      List<PartitionInfo> found = committed.partitionsFor(topic, PATIENCE);
      if (found == null || found.isEmpty()) {
        close();
        throw new ReplayException(
            "There is no topic %s to compare with; has the processor ever run with this ARAGORA_TELEMETRY_TOPIC_PREFIX?"
                .formatted(topic));
      }
      found.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    committed.assign(partitions);
    uncommitted.assign(partitions);
    committed.seekToBeginning(partitions);
  }

  /**
   * Reads to the committed end, then to the end at that time, open transactions included. So a
   * transaction that the first lap read in part is read whole, and the second lap contains the
   * newer values of keys that compaction removed from it.
   */
  void read() {
    Consumers.readTo(committed, committed.endOffsets(partitions, PATIENCE), this::accept);
    Consumers.readTo(committed, uncommitted.endOffsets(partitions, PATIENCE), this::accept);
  }

  /** Reads the records that were appended since. */
  void readOn() {
    Consumers.readTo(committed, uncommitted.endOffsets(partitions, PATIENCE), this::accept);
  }

  private void accept(ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(windowsTopic)) {
      WindowKey key = WindowKey.fromBytes(record.key());
      put(key.task(), ValueKey.window(key), record.value());
      return;
    }
    MetricsKey key = MetricsKey.fromBytes(record.key());
    if (key instanceof MetricsKey.Partial partial) {
      put(partial.task(), ValueKey.total(partial), record.value());
    } else if (key instanceof MetricsKey.LedgerOf ledger) {
      task(ledger.task()).ledger =
          record.value() == null ? null : Ledger.read(new BinaryReader(record.value()));
    }
  }

  private void put(InputPartition task, ValueKey key, byte @Nullable [] value) {
    if (value == null) {
      PartialValue last = task(task).values.remove(key);
      if (last != null && last.isRetired()) {
        task(task).ended.add(key);
      }
    } else {
      task(task).values.put(key, PartialValue.fromBytes(value));
    }
  }

  /** The values of an input partition; empty if the live service has written none. */
  LiveTask task(InputPartition partition) {
    return tasks.computeIfAbsent(partition, p -> new LiveTask());
  }

  /** Input partitions of which the live service has written anything. */
  List<InputPartition> written() {
    return List.copyOf(tasks.keySet());
  }

  @Override
  public void close() {
    committed.close();
    uncommitted.close();
  }
}
