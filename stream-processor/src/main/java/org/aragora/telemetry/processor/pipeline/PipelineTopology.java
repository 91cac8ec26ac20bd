package org.aragora.telemetry.processor.pipeline;

import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.state.Stores;
import org.aragora.telemetry.counting.generation.Changelogs;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.processor.packed.PackedStore;
import org.aragora.telemetry.processor.serve.ServeProcessor;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;

/**
 * The topology. Each input topic has its own sub-topology, so that a task is one input partition
 * and its totals depend on nothing else. One more, over the metrics topic, merges and serves.
 *
 * <pre>
 * input ─▶ count ─▶ metrics (ledgers, totals), metrics.windows
 *            ├─▶ dead-letters
 *            └─▶ input (proposed ends)
 * metrics ─▶ serve ─▶ metrics (announcements, marks of series)
 * </pre>
 */
public final class PipelineTopology implements Supplier<Topology> {
  private static final String SERVE_STORE = "serve-store";

  /** The append time, never negative: Kafka Streams drops records with negative timestamps. */
  private static final TimestampExtractor APPEND_TIME =
      (record, partitionTime) ->
          record.timestamp() >= 0 ? record.timestamp() : Math.max(0, partitionTime);

  private static final ByteArrayDeserializer BYTES_IN = new ByteArrayDeserializer();
  private static final ByteArraySerializer BYTES_OUT = new ByteArraySerializer();

  private final PipelineSettings settings;

  public PipelineTopology(PipelineSettings settings) {
    this.settings = settings;
  }

  @Override
  public Topology get() {
    Topology topology = new Topology();
    for (InputTopic topic : InputTopic.values()) {
      addInput(topology, topic);
    }
    addServe(topology);
    return topology;
  }

  private void addInput(Topology topology, InputTopic topic) {
    InputNodes nodes = InputNodes.of(topic);
    topology
        .addSource(
            AutoOffsetReset.earliest(),
            nodes.source(),
            APPEND_TIME,
            BYTES_IN,
            BYTES_IN,
            topicName(topic))
        .addProcessor(
            nodes.count(), () -> new CountProcessor(nodes, settings.count()), nodes.source())
        .addStateStore(
            WriteBehindStore.builder(nodes.ingestStore(), Changelogs.SETTINGS), nodes.count())
        .addStateStore(
            WriteBehindStore.builder(nodes.aggregateStore(), Changelogs.SETTINGS), nodes.count())
        .addSink(
            nodes.deadLetters(),
            Topics.DEAD_LETTERS.under(settings.topicPrefix()),
            BYTES_OUT,
            BYTES_OUT,
            nodes.count())
        .addSink(
            nodes.proposedEnds(),
            topicName(topic),
            BYTES_OUT,
            PartitionedValue.serializer(),
            PartitionedValue.partitioner(),
            nodes.count())
        .addSink(
            nodes.metrics(), metricsTopic(), METRICS_KEY, BYTES_OUT, BY_METRICS_KEY, nodes.count())
        .addSink(
            nodes.windows(),
            settings.generation().metricsWindows().under(settings.topicPrefix()),
            WINDOW_KEY,
            BYTES_OUT,
            BY_WINDOW_KEY,
            nodes.count());
  }

  private void addServe(Topology topology) {
    topology
        .addReadOnlyStateStore(
            Stores.keyValueStoreBuilder(
                    PackedStore.supplier(SERVE_STORE), Serdes.Bytes(), Serdes.ByteArray())
                .withLoggingDisabled(),
            "source-metrics",
            APPEND_TIME,
            BYTES_IN,
            BYTES_IN,
            metricsTopic(),
            "serve",
            () -> new ServeProcessor.Reader(settings.serve(SERVE_STORE)))
        .addProcessor(
            "announce",
            () -> new ServeProcessor.Announcer(settings.serve(SERVE_STORE)),
            "source-metrics")
        .addProcessor("ripen", settings::seriesLife, "source-metrics")
        .addSink("owners", metricsTopic(), METRICS_KEY, BYTES_OUT, BY_METRICS_KEY, "announce")
        .addSink("ripe", metricsTopic(), METRICS_KEY, BYTES_OUT, BY_METRICS_KEY, "ripen");
  }

  private String topicName(InputTopic topic) {
    return topic.under(settings.topicPrefix());
  }

  private String metricsTopic() {
    return settings.metricsTopic();
  }

  private static final Serializer<MetricsKey> METRICS_KEY = (topic, key) -> key.toBytes();
  private static final Serializer<WindowKey> WINDOW_KEY = (topic, key) -> key.toBytes();
  private static final StreamPartitioner<MetricsKey, byte[]> BY_METRICS_KEY =
      (topic, key, value, partitions) -> Optional.of(Set.of(key.partition(partitions)));
  private static final StreamPartitioner<WindowKey, byte[]> BY_WINDOW_KEY =
      (topic, key, value, partitions) -> Optional.of(Set.of(key.partition(partitions)));
}
