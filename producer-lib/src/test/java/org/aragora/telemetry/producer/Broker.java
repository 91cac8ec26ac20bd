package org.aragora.telemetry.producer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** Kafka's own stand-in for a producer's client, over the five topics, and what it was sent. */
final class Broker {
  static final String PREFIX = "aragora.";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonEventCodec CODEC = JsonEventCodec.create();

  private Broker() {}

  static MockProducer<byte[], byte[]> acknowledging(int partitions) {
    return client(partitions, true);
  }

  static MockProducer<byte[], byte[]> silent(int partitions) {
    return client(partitions, false);
  }

  private static MockProducer<byte[], byte[]> client(int partitions, boolean acknowledges) {
    Node node = new Node(1, "localhost", 9092);
    List<PartitionInfo> all = new ArrayList<>();
    for (InputTopic topic : InputTopic.values()) {
      for (int i = 0; i < partitions; i++) {
        all.add(
            new PartitionInfo(topic.under(PREFIX), i, node, new Node[] {node}, new Node[] {node}));
      }
    }
    return new MockProducer<>(
        new Cluster("test", List.of(node), all, Set.of(), Set.of()),
        acknowledges,
        null,
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  static List<ProducerRecord<byte[], byte[]>> sent(
      MockProducer<byte[], byte[]> client, InputTopic topic) {
    return client.history().stream().filter(r -> r.topic().equals(topic.under(PREFIX))).toList();
  }

  static List<Event> events(MockProducer<byte[], byte[]> client, InputTopic topic) {
    return sent(client, topic).stream().map(r -> event(topic, r.value())).toList();
  }

  static Event event(InputTopic topic, byte[] value) {
    Decoded decoded = CODEC.decode(topic, value, System.currentTimeMillis());
    assertThat(decoded).isInstanceOf(Decoded.Valid.class);
    return ((Decoded.Valid) decoded).event();
  }

  static JsonNode json(ProducerRecord<byte[], byte[]> record) {
    try {
      return JSON.readTree(record.value());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The sample of an event type, which its schema describes. */
  static byte[] sample(EventType type) throws IOException {
    String name = "/org/aragora/telemetry/schemas/" + type.typeName() + ".sample.json";
    try (InputStream in = Broker.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }
}
