package org.aragora.telemetry.processor.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.aggregate.AggregateProcessor;
import org.aragora.telemetry.processor.fixtures.MemoryStores;
import org.aragora.telemetry.processor.fixtures.TaskContext;
import org.aragora.telemetry.processor.flow.CountedEvent;
import org.aragora.telemetry.processor.flow.MeasuredEvent;
import org.aragora.telemetry.processor.ingest.IngestProcessor;
import org.aragora.telemetry.processor.measure.MeasureProcessor;
import org.aragora.telemetry.processor.measure.MetricCatalog;

/**
 * One task over one input partition: the real processors, one transaction at a time. What an abort
 * undoes is undone as Kafka Streams does it: outputs are dropped, stores are those of the last
 * commit, and the same processor objects are closed and opened again.
 */
final class InputTask {
  /** A record for one of the sinks. */
  record Out(InputPartition from, String child, Object key, Object value) {}

  final InputPartition partition;
  private final World world;
  private IngestProcessor ingest;
  private MeasureProcessor measure;
  private AggregateProcessor aggregate;
  private TaskContext<Object, Object> ingestContext;
  private TaskContext<Object, byte[]> aggregateContext;
  KeyValueStore<Bytes, byte[]> ingestStore = MemoryStores.empty();
  KeyValueStore<Bytes, byte[]> aggregateStore = MemoryStores.empty();
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
    create();
    open();
  }

  private void create() {
    ingest =
        new IngestProcessor(
            partition.topic(),
            "ingest",
            new IngestProcessor.Children("counted", "dead", "proposed", "ledger"),
            world.ingestServices());
    measure = new MeasureProcessor(new MetricCatalog("aragora."));
    aggregate =
        new AggregateProcessor(
            partition.topic(),
            "aggregate",
            new AggregateProcessor.Children("totals", "windows"),
            World.METRICS,
            world.aggregateSettings(),
            World.INTERVAL);
  }

  private void open() {
    aggregateContext =
        new TaskContext<Object, byte[]>(partition.partition(), this::clock, this::out)
            .with("aggregate", aggregateStore);
    aggregate.init(aggregateContext);
    measure.init(
        new TaskContext<>(
            partition.partition(),
            this::clock,
            (record, child) -> aggregate.process(cast(record, MeasuredEvent.class))));
    ingestContext =
        new TaskContext<Object, Object>(
                partition.partition(),
                this::clock,
                (record, child) -> {
                  if (child.equals("counted")) {
                    measure.process(cast(record, CountedEvent.class));
                  } else {
                    out(record, child);
                  }
                })
            .with("ingest", ingestStore);
    ingest.init(ingestContext);
    // Both are due in the same pass, as in writeOut: no commit lies between a ledger and its
    // totals.
    assertThat(ingestContext.anchored()).hasSize(1).isEqualTo(aggregateContext.anchored());
  }

  private void out(Record<?, ?> record, String child) {
    pending.add(new Out(partition, child, record.key(), record.value()));
  }

  @SuppressWarnings("unchecked")
  private static <K, V> Record<K, V> cast(Record<?, ?> record, Class<V> value) {
    value.cast(record.value());
    return (Record<K, V>) record;
  }

  /** The clock of whoever reads a record stands at its append time, so that a retry is the same. */
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
      ingestContext.at("aragora." + partition.topic().suffix(), entry.offset());
      ingest.process(new Record<>(entry.key(), entry.value(), entry.appendMs()));
      processingMs = -1;
    }
  }

  void writeOut() {
    touched = true;
    ingestContext.punctuate(world.logs.nowMs);
    aggregateContext.punctuate(world.logs.nowMs);
  }

  List<Out> commit() {
    if (!touched) {
      return List.of();
    }
    touched = false;
    committedPosition = position;
    committedIngest = MemoryStores.copy(ingestStore);
    committedAggregate = MemoryStores.copy(aggregateStore);
    List<Out> committed = pending;
    pending = new ArrayList<>();
    return committed;
  }

  /** The transaction is aborted while the process lives on. */
  void abort() {
    close();
    rollBack();
    open();
  }

  /** Another process takes over from the last commit; the old one may have died. */
  void move() {
    rollBack();
    create();
    open();
  }

  private void close() {
    ingest.close();
    measure.close();
    aggregate.close();
  }

  private void rollBack() {
    pending = new ArrayList<>();
    position = committedPosition;
    ingestStore = MemoryStores.copy(committedIngest);
    aggregateStore = MemoryStores.copy(committedAggregate);
  }

  /** The stores, but for the append clock, which hangs on when one looks. */
  Map<String, String> stores() {
    Map<String, String> contents = MemoryStores.contents(ingestStore);
    contents.keySet().removeIf(key -> key.startsWith("0143"));
    MemoryStores.contents(aggregateStore).forEach((key, value) -> contents.put("a" + key, value));
    return contents;
  }
}
