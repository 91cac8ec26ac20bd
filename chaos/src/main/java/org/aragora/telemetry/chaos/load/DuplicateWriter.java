package org.aragora.telemetry.chaos.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.oracle.OracleEvent;

/**
 * Writer of the records that retries and redrives may bring. It writes some records a second time,
 * soon or later, and some records that are not a valid event. Runs beside the load.
 */
public final class DuplicateWriter implements Runnable {
  private static final String COPY = "chaos-copy";
  private static final int COPIED_IN = 30;
  private static final int INVALID_IN = 40;
  private static final int KEPT = 500;
  private static final int MAX_REQUEST_BYTES = 8 * 1024 * 1024;

  /** Templates of records that break one rule each, {@code null} for a record without a value. */
  private static final List<String> INVALID =
      List.of(
          "",
          "no json",
          "[1]",
          "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"/s\",\"type\":\"ai.aragora.other.v1\",\"data\":{}}",
          "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"/s\",\"type\":\"ai.aragora.log.emitted.v1\",\"data\":{}}",
          "{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"/s\",\"type\":\"ai.aragora.request.completed.v1\",\"data\":{\"request_id\":\"r\",\"method\":\"GET\",\"endpoint\":\"/\",\"status\":200,\"duration_seconds\":1}}",
          "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"/s\",\"time\":\"2019-01-01T00:00:00Z\",\"type\":\"ai.aragora.request.completed.v1\",\"data\":{\"request_id\":\"r\",\"method\":\"GET\",\"endpoint\":\"/\",\"status\":200,\"duration_seconds\":1}}");

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Random random;
  private final String requests;
  private final ArrayDeque<ConsumerRecord<byte[], byte[]>> kept = new ArrayDeque<>();
  private volatile boolean stopped;
  private volatile boolean quiet;

  /** Connects to the brokers; {@link #run} starts to write. */
  public DuplicateWriter(ChaosSettings settings, String bootstrapServers) {
    random = new Random(settings.seed() ^ 0x4d65);
    requests = InputTopic.REQUESTS.under(settings.topicPrefix());
    consumer =
        BrokerTopics.consumer(
            bootstrapServers,
            BrokerTopics.inputs(settings.topicPrefix(), ChaosSettings.PARTITIONS));
    consumer.seekToEnd(consumer.assignment());
    producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.LINGER_MS_CONFIG,
                5,
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                MAX_REQUEST_BYTES),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @Override
  public void run() {
    while (!stopped) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
        if (!quiet && record.headers().lastHeader(COPY) == null) {
          disturb(record);
        }
      }
    }
    producer.close(Duration.ofSeconds(30));
    consumer.close();
  }

  private void disturb(ConsumerRecord<byte[], byte[]> record) {
    if (random.nextInt(COPIED_IN) == 0) {
      copy(record);
    }
    if (random.nextInt(COPIED_IN) == 0) {
      kept.add(record);
    }
    if (kept.size() > KEPT || (random.nextInt(COPIED_IN) == 0 && !kept.isEmpty())) {
      copy(kept.remove());
    }
    if (random.nextInt(INVALID_IN) == 0) {
      String text = INVALID.get(random.nextInt(INVALID.size()));
      ProducerRecord<byte[], byte[]> invalid =
          new ProducerRecord<>(
              requests, random.nextInt(ChaosSettings.PARTITIONS), null, bytes(text));
      invalid.headers().add(COPY, new byte[0]);
      var unused = producer.send(invalid);
    }
  }

  @SuppressWarnings("NullAway") // a record may have no value
  private static byte[] bytes(String text) {
    return text.isEmpty() ? null : text.getBytes(UTF_8);
  }

  /** Writes the record once more, as it was or with its attributes as headers. */
  private void copy(ConsumerRecord<byte[], byte[]> record) {
    JsonNode event =
        random.nextBoolean() ? MissingNode.getInstance() : OracleEvent.tree(record.value());
    ProducerRecord<byte[], byte[]> copy =
        event.path("data").isObject()
            ? new ProducerRecord<>(
                record.topic(),
                record.partition(),
                record.key(),
                bytes(event.get("data").toString()))
            : new ProducerRecord<>(
                record.topic(), record.partition(), record.key(), record.value(), record.headers());
    if (event.path("data").isObject()) {
      event.properties().stream()
          .filter(attribute -> !attribute.getKey().equals("data"))
          .forEach(
              attribute ->
                  copy.headers()
                      .add("ce_" + attribute.getKey(), bytes(attribute.getValue().asText())));
    }
    copy.headers().add(COPY, new byte[0]);
    var unused = producer.send(copy);
  }

  /** Stops writing until {@link #goOn}; everything written is acknowledged. */
  public void rest() {
    quiet = true;
    producer.flush();
  }

  /** Writes again. */
  public void goOn() {
    quiet = false;
  }

  /** Ends {@link #run}. */
  public void stop() {
    stopped = true;
  }
}
