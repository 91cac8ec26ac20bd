package org.aragora.telemetry.rivals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The topology of a textbook: flatMap to measurements, group by series, aggregate in a store. One
 * stream thread, exactly once, the processor's commit interval.
 */
final class TextbookStreams implements Rival {
  private static final long LOOK_MS = 100;
  private static final long STANDS_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final String STORE = "totals";

  private final String bootstrapServers;
  private final List<String> topics;
  private final Path directory;

  TextbookStreams(String bootstrapServers, List<String> topics, Path directory) {
    this.bootstrapServers = bootstrapServers;
    this.topics = topics;
    this.directory = directory;
  }

  @Override
  public String name() {
    return "textbook topology (Kafka Streams' DSL)";
  }

  @Override
  public Result run(String id, Page expected) throws InterruptedException {
    AtomicLong startNanos = new AtomicLong();
    try (KafkaStreams streams = new KafkaStreams(topology(startNanos).build(), settings(id))) {
      streams.start();
      Page before = Page.of(Map.of());
      long changedNanos = System.nanoTime();
      while (true) {
        Page page = Page.ofTotals(totals(streams));
        long nowNanos = System.nanoTime();
        if (!page.differences(before).isEmpty()) {
          before = page;
          changedNanos = nowNanos;
        }
        boolean stands = page.size() > 0 && nowNanos - changedNanos > STANDS_NANOS;
        if (stands || page.differences(expected).isEmpty()) {
          return new Result(page, nowNanos - startNanos.get());
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
      }
    }
  }

  private StreamsBuilder topology(AtomicLong startNanos) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(topics, Consumed.with(Serdes.String(), Serdes.ByteArray()))
        .flatMap(
            (key, value) -> {
              if (startNanos.get() == 0) {
                startNanos.set(System.nanoTime());
              }
              return Measurements.of(value).stream()
                  .map(measurement -> KeyValue.pair(measurement.series(), measurement.value()))
                  .toList();
            })
        .groupByKey(Grouped.with(Serdes.String(), Serdes.Double()))
        .aggregate(
            Total::new,
            (series, value, total) -> total.add(series, value),
            Materialized.<String, Total, KeyValueStore<Bytes, byte[]>>as(STORE)
                .withKeySerde(Serdes.String())
                .withValueSerde(totalSerde()));
    return builder;
  }

  private static Serde<Total> totalSerde() {
    return Serdes.serdeFrom(
        (topic, total) -> total == null ? null : total.encode(),
        (topic, bytes) -> bytes == null ? null : Total.decode(bytes));
  }

  private Properties settings(String id) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "textbook-" + id);
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, Duration.ofSeconds(1).toMillis());
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, directory.resolve("textbook-" + id).toString());
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    return settings;
  }

  private static Map<String, Total> totals(KafkaStreams streams) {
    Map<String, Total> totals = new HashMap<>();
    if (streams.state() != KafkaStreams.State.RUNNING) {
      return totals;
    }
    try {
      ReadOnlyKeyValueStore<String, Total> store =
          streams.store(
              StoreQueryParameters.fromNameAndType(STORE, QueryableStoreTypes.keyValueStore()));
      try (KeyValueIterator<String, Total> all = store.all()) {
        all.forEachRemaining(entry -> totals.put(entry.key, entry.value));
      }
    } catch (InvalidStateStoreException e) {
      totals.clear(); // not open yet
    }
    return totals;
  }
}
