package org.aragora.telemetry.exporter.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.exporter.deadletter.DeadLetterTopic;
import org.aragora.telemetry.exporter.health.ExporterHealth;
import org.aragora.telemetry.exporter.health.ExporterMetrics;
import org.aragora.telemetry.exporter.partition.EndOffsets;
import org.aragora.telemetry.exporter.partition.RecreatedTopics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sender with its own threads. */
@Timeout(30)
class BatchSenderTest {

  private final AtomicReference<Thread> worker = new AtomicReference<>();
  private final CompletableFuture<Answer<String>> given = new CompletableFuture<>();
  private final LoopContext context = context();
  private final BatchSender<String> sender =
      BatchSender.create(
          context,
          new Backend<String>() {
            @Override
            public CompletionStage<Answer<String>> send(List<String> payloads) {
              worker.set(Thread.currentThread());
              return given;
            }

            @Override
            public void close() {}
          });

  private static LoopContext context() {
    Duration minute = Duration.ofMinutes(1);
    return new LoopContext(
        new LoopSettings(
            "logs",
            List.of("t"),
            "r",
            1,
            1,
            minute,
            2,
            1,
            1,
            minute,
            minute,
            Duration.ofMillis(30),
            minute,
            minute,
            minute,
            minute),
        new KafkaClients(
            new TestConsumer(new ManualTime(), java.util.Map.of()),
            () -> null,
            new EndOffsets(partitions -> new CompletableFuture<>(), () -> {}),
            new RecreatedTopics(topics -> new CompletableFuture<>()),
            new DeadLetterTopic(
                new MockProducer<>(
                    true, null, new ByteArraySerializer(), new ByteArraySerializer()),
                "d",
                "logs",
                null)),
        new ExporterMetrics(
            "logs", List.of("t"), new PrometheusRegistry(), java.time.Clock.systemUTC()),
        new ExporterHealth(minute));
  }

  @Test
  void aBackendThatIsSilentIsAnAnswerInTime() throws InterruptedException {
    AtomicReference<Answer<String>> answer = new AtomicReference<>();
    Batch<String> batch = new Batch<>(0, payload -> null);
    sender.send(batch, (sent, result, nanos) -> answer.set(result));
    Runnable event = context.events().poll(20, TimeUnit.SECONDS);
    event.run();
    assertThat(answer.get())
        .isInstanceOfSatisfying(
            Answer.Transient.class,
            timeout -> {
              assertThat(timeout.cause()).isEqualTo("timeout");
              assertThat(timeout.message()).isEqualTo("No answer within 0 s.");
            });
    assertThat(worker.get().isDaemon()).isTrue();
    assertThat(worker.get().getName()).isEqualTo("logs-sender-1");
    sender.close();
    worker.get().join();

    // The answer that comes later has no effect.
    given.complete(new Answer.Acknowledged<>());
    assertThat(context.events()).isEmpty();
  }
}
