package org.aragora.telemetry.processor.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.serve.MetricsView;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Readiness with a real broker and a group that commits nothing while records wait. */
class ITProcessorHealth {
  private static final String GROUP = "stalled";

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();
  @TempDir static Path directory;

  @Test
  void recordsThatWaitWithoutACommitAreSeenAndACommitIsProgress() throws Exception {
    kafka.createTopics(1);
    Map<String, Object> clients = Map.of("bootstrap.servers", kafka.bootstrapServers());
    TopicPartition input = new TopicPartition(InputTopic.REQUESTS.under(kafka.prefix()), 0);
    HeartbeatWatch heartbeats =
        new HeartbeatWatch(
            Duration.ofMinutes(5), new Clocks(System::nanoTime, System::currentTimeMillis));
    ProcessorHealthTest.answer(heartbeats, 1);
    ProcessorHealthTest.answer(heartbeats, 2);
    try (Admin admin = Admin.create(clients);
        KafkaStreams streams = ProcessorHealthTest.streams(directory);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(clients, new ByteArraySerializer(), new ByteArraySerializer())) {
      OffsetWatch offsets =
          new OffsetWatch(
              admin,
              new MockConsumer<>("earliest"),
              new OffsetWatch.Inputs(
                  GROUP, Map.of(input, new InputPartition(InputTopic.REQUESTS, 0))),
              () -> false,
              System::nanoTime);
      ProcessorHealth health =
          new ProcessorHealth(
              new ProcessorHealth.Watched(
                  streams,
                  new MetricsView(heartbeats),
                  heartbeats,
                  offsets,
                  ProcessorHealthTest.failures(() -> 0)),
              Duration.ofSeconds(2),
              System::nanoTime);

      producer.send(new ProducerRecord<>(input.topic(), 0, null, new byte[1])).get();
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                offsets.refresh();
                health.refresh();
                assertThat(health.ready().ok()).isFalse();
                assertThat(health.ready().cause())
                    .matches("nothing was committed for [0-9]+ s though records are waiting");
              });

      admin.alterConsumerGroupOffsets(GROUP, Map.of(input, new OffsetAndMetadata(1))).all().get();
      offsets.refresh();
      health.refresh();
      assertThat(health.ready().cause()).contains("partitions of the metrics topic are served");
    }
  }
}
