package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.generation.GenerationRecord;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two generations never count at once. */
class ITOtherGeneration {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @Test
  void aGenerationWaitsUntilTheGroupOfTheOtherOneIsEmpty() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      GenerationRecord made =
          new GenerationRecord.Made(
              new Generation(1), GenerationRecord.State.COMPLETE, 0, "a test");
      pipe.send(new ProducerRecord<>(pipe.topic("generations"), made.key(), made.value()));
      pipe.send(
          new ProducerRecord<>(
              pipe.topic("requests"), TestEvents.request("r", Instant.now(), 200)));
      Map<String, Object> member = new HashMap<>();
      member.put("bootstrap.servers", kafka.bootstrapServers());
      member.put("group.id", kafka.prefix() + "processor-g1");
      ProcessorService processor;
      try (KafkaConsumer<byte[], byte[]> other =
          new KafkaConsumer<>(member, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        other.subscribe(List.of(pipe.topic("requests")));
        await()
            .atMost(Pipe.PATIENCE)
            .until(
                () -> {
                  other.poll(Duration.ofMillis(100));
                  return !other.assignment().isEmpty();
                });
        processor = pipe.start();
        await()
            .atMost(Pipe.PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(
                            LocalHttp.get(
                                    processor.metricsPort(), "/health/ready", Duration.ofSeconds(1))
                                .body())
                        .contains("starts when all members of generation 1 have stopped"));
      }
      await()
          .atMost(Pipe.PATIENCE)
          .until(() -> pipe.page().events(pipe.topic("requests"), "counted") == 1);
    }
  }
}
