package org.aragora.telemetry.processor.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.generation.Changelogs;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.pipeline.CountProcessor;
import org.aragora.telemetry.processor.pipeline.InputNodes;
import org.aragora.telemetry.processor.pipeline.WriteBehindStore;

/**
 * One task over one input partition: the real processor, one transaction at a time. What an abort
 * undoes is undone as Kafka Streams does it: outputs are dropped, stores are those of the last
 * commit, and the same processor object is closed and opened again.
 */
final class InputTask {
  /** A record for one of the sinks, such as {@code dead-letters}. */
  record Out(InputPartition from, String sink, Object key, Object value) {}

  final InputPartition partition;
  private final World world;
  private final InputNodes nodes;
  private CountProcessor processor;
  private TaskContext<Object, Object> context;
  KeyValueStore<Bytes, byte[]> ingestStore = MemoryStores.empty();
  KeyValueStore<Bytes, byte[]> aggregateStore = MemoryStores.empty();
  private WriteBehindStore ingest;
  private WriteBehindStore aggregate;
  private KeyValueStore<Bytes, byte[]> committedIngest = MemoryStores.empty();
  private KeyValueStore<Bytes, byte[]> committedAggregate = MemoryStores.empty();
  private int position;
  private int committedPosition;
  private boolean touched;
  private long processingMs = -1;
  private List<Out> pending = new ArrayList<>();

  InputTask(InputPartition partition, World world) {
    this.partition = partition;
    this.world = world;
    this.nodes = InputNodes.of(partition.topic());
    create();
    open();
  }

  private void create() {
    processor = new CountProcessor(nodes, world.services());
  }

  private void open() {
    ingest = new WriteBehindStore(ingestStore);
    aggregate = new WriteBehindStore(aggregateStore);
    context =
        new TaskContext<>(partition.partition(), this::clock, this::out)
            .with(nodes.ingestStore(), ingest)
            .with(nodes.aggregateStore(), aggregate);
    processor.init(context);
  }

  private void out(Record<?, ?> record, String child) {
    String sink = child.replace("-" + Changelogs.nodeName(partition.topic()), "");
    pending.add(new Out(partition, sink, record.key(), record.value()));
  }

  /** The clock of a record's reader stands at its append time, so that a retry is the same. */
  private long clock() {
    return processingMs >= 0 ? processingMs : world.logs.nowMs;
  }

  boolean isAtEnd() {
    return committedPosition == log().size();
  }

  private List<Logs.Entry> log() {
    return world.logs.entries.get(partition);
  }

  void process(int count) {
    for (int i = 0; i < count && position < log().size(); i++) {
      touched = true;
      Logs.Entry entry = log().get(position++);
      processingMs = entry.appendMs();
      context.at("aragora." + partition.topic().suffix(), entry.offset());
      processor.process(new Record<>(entry.key(), entry.value(), entry.appendMs()));
      processingMs = -1;
    }
  }

  void writeOut() {
    touched = true;
    context.punctuate(world.logs.nowMs);
  }

  List<Out> commit() {
    if (!touched) {
      return List.of();
    }
    touched = false;
    flushCaches();
    committedPosition = position;
    committedIngest = MemoryStores.copy(ingestStore);
    committedAggregate = MemoryStores.copy(aggregateStore);
    List<Out> committed = pending;
    pending = new ArrayList<>();
    return committed;
  }

  /** The step of Kafka Streams before it commits offsets. */
  private void flushCaches() {
    ingest.flushCache();
    aggregate.flushCache();
  }

  /** The transaction is aborted while the process lives on. */
  void abort() {
    processor.close();
    rollBack();
    open();
  }

  /** Another process takes over from the last commit; the old one may have died. */
  void move() {
    rollBack();
    create();
    open();
  }

  private void rollBack() {
    pending = new ArrayList<>();
    position = committedPosition;
    ingestStore = MemoryStores.copy(committedIngest);
    aggregateStore = MemoryStores.copy(committedAggregate);
  }

  /** The stores, but for the append clock, which depends on the moments of writing. */
  Map<String, String> stores() {
    flushCaches();
    Map<String, String> contents = MemoryStores.contents(ingestStore);
    contents.keySet().removeIf(key -> key.startsWith("0143"));
    MemoryStores.contents(aggregateStore).forEach((key, value) -> contents.put("a" + key, value));
    return contents;
  }
}
