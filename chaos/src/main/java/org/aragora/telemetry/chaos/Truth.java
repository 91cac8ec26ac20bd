package org.aragora.telemetry.chaos;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What the brokers have: every input topic, read_committed, from the beginning, counted by a plain
 * model. Reads on from where it was each time it is asked.
 */
final class Truth implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long READ_WITHIN_SECONDS = 120;
  private static final int NANO_DIGITS = 9;

  private final Series.Table table;
  private final String topicPrefix;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, PartitionModel> models = new LinkedHashMap<>();

  Truth(ChaosSettings settings, String bootstrapServers, Series.Table table) {
    this.table = table;
    this.topicPrefix = settings.topicPrefix();
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                IsolationLevel.READ_COMMITTED.toString(),
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                5000),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    for (TopicPartition partition : Partitions.of(topicPrefix)) {
      models.put(partition, new PartitionModel(table, partition.topic()));
    }
    consumer.assign(models.keySet());
  }

  /** Reads what is committed now. */
  void readToEnd() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(models.keySet());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READ_WITHIN_SECONDS);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        model(new TopicPartition(record.topic(), record.partition())).read(record, topicPrefix);
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "The input topics could not be read to their end within 120 s.");
      }
    }
  }

  PartitionModel model(TopicPartition partition) {
    PartitionModel model = models.get(partition);
    if (model == null) {
      throw new IllegalStateException("There is no model of " + partition + ".");
    }
    return model;
  }

  Map<TopicPartition, PartitionModel> models() {
    return models;
  }

  /** Every value that can be told at rest; what is not in it is 0 or cannot be told. */
  Map<Series, Double> values() {
    Map<Series, Double> values = totals();
    Map<String, EventModel.Rating> ratings = new HashMap<>();
    long open = 0;
    Map<String, Long> missing = new HashMap<>();
    for (Map.Entry<TopicPartition, PartitionModel> entry : models.entrySet()) {
      open += entry.getValue().events().openDebates();
      missing.merge(entry.getKey().topic(), entry.getValue().missing(), Long::sum);
      entry
          .getValue()
          .events()
          .ratings()
          .forEach((agent, rating) -> ratings.merge(agent, rating, EventModel::later));
    }
    values.put(table.of("aragora_active_debates", Map.of()), (double) open);
    values.put(table.of("aragora_websocket_connections", Map.of()), 0.0);
    ratings.forEach(
        (agent, rating) ->
            values.put(
                table.of("aragora_agent_elo_rating", Map.of("agent", agent)), rating.rating()));
    missing.forEach(
        (topic, count) ->
            values.put(
                table.of("aragora_telemetry_missing_events", Map.of("topic", topic)),
                (double) count));
    return values;
  }

  private Map<Series, Double> totals() {
    Totals totals = new Totals(table);
    models.values().forEach(model -> model.added().forEach(totals::add));
    return totals.values();
  }

  /** The sum of what one figure is in every partition. */
  long sum(java.util.function.ToLongFunction<PartitionModel> figure) {
    return models.values().stream().mapToLong(figure).sum();
  }

  @Override
  public void close() {
    consumer.close();
  }

  /** Sums in whole units. */
  static final class Totals {
    private final Series.Table table;
    private long[] units = new long[1024];

    Totals(Series.Table table) {
      this.table = table;
    }

    void add(PartitionModel.Added added) {
      for (int i = 0; i < added.series().length; i++) {
        int id = added.series()[i];
        if (id >= units.length) {
          units = java.util.Arrays.copyOf(units, Math.max(id + 1, units.length * 2));
        }
        units[id] += added.units()[i];
      }
    }

    /** The value of a series, as a scrape would show it. */
    double value(Series series) {
      long sum = series.id() < units.length ? units[series.id()] : 0;
      return series.isInSeconds() ? BigDecimal.valueOf(sum, NANO_DIGITS).doubleValue() : sum;
    }

    Map<Series, Double> values() {
      Map<Series, Double> values = new HashMap<>();
      List<Integer> ids = new ArrayList<>();
      for (int id = 0; id < units.length; id++) {
        if (units[id] != 0) {
          ids.add(id);
        }
      }
      ids.forEach(id -> values.put(table.get(id), value(table.get(id))));
      return values;
    }
  }
}
