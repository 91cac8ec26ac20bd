package org.aragora.telemetry.processor.simulation;

import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * The parts of a task that a processor needs, without Kafka: stores by name, a clock, punctuations
 * on demand. Much lighter than Kafka's mock, so that property tests can open tasks by the ten
 * thousand.
 */
public final class TaskContext<K, V> implements ProcessorContext<K, V> {
  private final int partition;
  private final LongSupplier wallClockMs;
  private final BiConsumer<Record<?, ?>, String> sink;
  private final Map<String, StateStore> stores = new HashMap<>();
  private final List<Punctuator> punctuators = new ArrayList<>();
  private Optional<RecordMetadata> metadata = Optional.empty();

  /** {@code sink}: takes each record that is forwarded, with the child's name or null. */
  public TaskContext(
      int partition, LongSupplier wallClockMs, BiConsumer<Record<?, ?>, String> sink) {
    this.partition = partition;
    this.wallClockMs = wallClockMs;
    this.sink = sink;
  }

  public TaskContext<K, V> with(String name, StateStore store) {
    stores.put(name, store);
    return this;
  }

  public void at(String topic, long offset) {
    metadata =
        Optional.of(
            new RecordMetadata() {
              @Override
              public String topic() {
                return topic;
              }

              @Override
              public int partition() {
                return partition;
              }

              @Override
              public long offset() {
                return offset;
              }
            });
  }

  /** Runs everything that was scheduled. */
  public void punctuate(long nowMs) {
    for (Punctuator punctuator : List.copyOf(punctuators)) {
      punctuator.punctuate(nowMs);
    }
  }

  @Override
  public <K1 extends K, V1 extends V> void forward(Record<K1, V1> record) {
    sink.accept(record, null);
  }

  @Override
  public <K1 extends K, V1 extends V> void forward(Record<K1, V1> record, String childName) {
    sink.accept(record, childName);
  }

  @Override
  public TaskId taskId() {
    return new TaskId(0, partition);
  }

  @Override
  public Optional<RecordMetadata> recordMetadata() {
    return metadata;
  }

  @SuppressWarnings("unchecked")
  @Override
  public <S extends StateStore> S getStateStore(String name) {
    return (S) stores.get(name);
  }

  @Override
  public Cancellable schedule(Duration interval, PunctuationType type, Punctuator callback) {
    punctuators.add(callback);
    return () -> punctuators.remove(callback);
  }

  @Override
  public Cancellable schedule(
      Instant startTime, Duration interval, PunctuationType type, Punctuator callback) {
    return schedule(interval, type, callback);
  }

  @Override
  public long currentSystemTimeMs() {
    return wallClockMs.getAsLong();
  }

  @Override
  public void commit() {
    // The test decides when a commit happens.
  }

  @Override
  public String applicationId() {
    return "test";
  }

  @Override
  public Serde<?> keySerde() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Serde<?> valueSerde() {
    throw new UnsupportedOperationException();
  }

  @Override
  public File stateDir() {
    throw new UnsupportedOperationException();
  }

  @Override
  public StreamsMetrics metrics() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Map<String, Object> appConfigs() {
    return Map.of();
  }

  @Override
  public Map<String, Object> appConfigsWithPrefix(String prefix) {
    return Map.of();
  }

  @Override
  public long currentStreamTimeMs() {
    throw new UnsupportedOperationException();
  }
}
