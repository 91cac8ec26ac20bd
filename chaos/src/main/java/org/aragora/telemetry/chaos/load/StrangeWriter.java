package org.aragora.telemetry.chaos.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.events.LargestEvents;
import org.jspecify.annotations.Nullable;

/** Writer of valid records that nobody expects. For one thread. */
public final class StrangeWriter implements AutoCloseable {
  private static final int MAX_REQUEST_BYTES = 8 * 1024 * 1024;
  private static final int TRANSACTION_TIMEOUT_MS = 120_000;

  private final ChaosSettings settings;
  private final String bootstrapServers;
  private final KafkaProducer<byte[], byte[]> plain;
  private final LargestEvents largest;
  private @Nullable KafkaProducer<byte[], byte[]> transaction;
  private long written;

  /** Connects to the brokers. */
  public StrangeWriter(ChaosSettings settings, String bootstrapServers) {
    this.settings = settings;
    this.bootstrapServers = bootstrapServers;
    this.largest = new LargestEvents(settings.seed());
    this.plain = producer(Map.of(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1));
  }

  private KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>(more);
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Writes the largest valid event of each type, and of each one with a name or key too long. */
  public void writeLargest() throws InterruptedException {
    List<Future<?>> sent = new ArrayList<>();
    for (EventType type : EventType.values()) {
      byte[] key = largest.key();
      sent.add(send(type, key, largest.value(type)));
      sent.add(send(type, key, largest.value(type, StrangeWriter::lengthenId)));
      sent.add(send(type, Arrays.copyOf(key, key.length + 1), largest.value(type)));
    }
    await(sent);
  }

  private static void lengthenId(ObjectNode event) {
    event.put("id", event.path("id").asText() + "x");
  }

  private Future<?> send(EventType type, byte[] key, byte[] value) {
    return plain.send(new ProducerRecord<>(type.topic().under(settings.topicPrefix()), key, value));
  }

  /** Opens a transaction and writes a valid event into a partition of every input in it. */
  public void open(int partition) throws InterruptedException {
    KafkaProducer<byte[], byte[]> opened =
        producer(
            Map.of(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                settings.topicPrefix() + "stuck",
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                TRANSACTION_TIMEOUT_MS));
    transaction = opened;
    opened.initTransactions();
    opened.beginTransaction();
    List<Future<?>> sent = new ArrayList<>();
    for (InputTopic topic : InputTopic.values()) {
      sent.add(
          opened.send(
              new ProducerRecord<>(
                  topic.under(settings.topicPrefix()),
                  partition,
                  null,
                  aborted().getBytes(UTF_8))));
    }
    await(sent);
  }

  /** Aborts the transaction: its records never were. */
  public void abort() {
    KafkaProducer<byte[], byte[]> opened = transaction;
    if (opened != null) {
      transaction = null;
      try (opened) {
        opened.abortTransaction();
      }
    }
  }

  private String aborted() {
    return "{\"specversion\":\"1.0\",\"id\":\"stuck-%d\",\"source\":\"/aragora/instances/stuck\",\"type\":\"ai.aragora.log.emitted.v1\",\"data\":{\"level\":\"ERROR\",\"logger\":\"stuck\",\"message\":\"never committed\"}}"
        .formatted(written++);
  }

  private static void await(List<Future<?>> sent) throws InterruptedException {
    for (Future<?> send : sent) {
      try {
        send.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("A record could not be written.", e.getCause());
      }
    }
  }

  @Override
  public void close() {
    abort();
    plain.close();
  }
}
