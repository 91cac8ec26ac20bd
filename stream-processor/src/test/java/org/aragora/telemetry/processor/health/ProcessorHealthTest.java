package org.aragora.telemetry.processor.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.processor.failure.Places;
import org.aragora.telemetry.processor.failure.ThreadFailures;
import org.aragora.telemetry.processor.serve.MetricsView;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Health without a broker; {@link ITProcessorHealth} covers it with one. */
class ProcessorHealthTest {
  @TempDir static Path directory;

  private final KafkaStreams streams = streams();
  private long nanos;
  private final HeartbeatWatch heartbeats =
      new HeartbeatWatch(Duration.ofSeconds(5), new Clocks(() -> nanos, () -> nanos / 1_000_000));
  private final ThreadFailures failures = failures(() -> nanos);
  private final ProcessorHealth health =
      new ProcessorHealth(
          new ProcessorHealth.Watched(
              streams,
              new MetricsView(heartbeats),
              heartbeats,
              new OffsetWatch(
                  null, peeker(), new OffsetWatch.Inputs("g", Map.of()), () -> false, () -> nanos),
              failures),
          Duration.ofSeconds(60),
          () -> nanos);

  @AfterEach
  void stop() {
    streams.close(Duration.ZERO);
  }

  @Test
  void aProcessThatStartsIsLiveAndNotReady() {
    assertThat(health.live()).isEqualTo(Health.good("Kafka Streams is CREATED"));
    assertThat(health.ready())
        .isEqualTo(
            Health.bad("the group coordinator does not answer the heartbeats of this instance"));
  }

  @Test
  void itIsNotReadyWhileTheBrokerDoesNotReportOffsets() {
    heartbeat(1);
    heartbeat(2);
    assertThat(health.ready())
        .isEqualTo(Health.bad("the broker does not report the offsets of the input topics"));
  }

  @Test
  void aProcessThatStoppedIsNeitherLiveNorReady() {
    streams.close(Duration.ofSeconds(10));
    assertThat(health.live().ok()).isFalse();
    assertThat(health.live().cause()).contains("Kafka Streams is NOT_RUNNING");
    assertThat(health.ready()).isEqualTo(health.live());
  }

  @Test
  void aStopForGoodIsTheCauseOfBothAndComesBeforeItsConsequences() {
    failures.stop("aragora.requests partition 3 offset 42: why; what to do", null);
    Health stopped =
        Health.bad("counting has stopped: aragora.requests partition 3 offset 42: why; what to do");
    assertThat(health.live()).isEqualTo(stopped);
    assertThat(health.ready()).isEqualTo(stopped);
  }

  @Test
  void aThreadThatWasReplacedIsTheFirstCauseOfReadinessAndNotOfLiveness() {
    failures.handle(new IllegalStateException("why"));
    assertThat(health.live().ok()).isTrue();
    assertThat(health.ready().cause())
        .startsWith("a stream thread failed:")
        .contains("IllegalStateException: why; the group coordinator does not answer");
    nanos += Duration.ofMinutes(11).toNanos();
    assertThat(health.ready().cause()).startsWith("the group coordinator");
  }

  /** No thread has failed. */
  static ThreadFailures failures(LongSupplier nanoClock) {
    return new ThreadFailures(
        new Places("aragora."),
        new ThreadFailures.Surroundings() {
          @Override
          public OptionalLong committed(String topic, int partition) {
            return OptionalLong.empty();
          }

          @Override
          public boolean isCut(String topic) {
            return false;
          }

          @Override
          public String raise(String topic) {
            return "raise " + topic;
          }
        },
        nanoClock);
  }

  private void heartbeat(double count) {
    nanos += 1_000_000;
    answer(heartbeats, count);
  }

  /** A member's heartbeats have been answered so often. */
  static void answer(HeartbeatWatch heartbeats, double count) {
    MetricName name =
        new MetricName(
            "heartbeat-total",
            "consumer-coordinator-metrics",
            "",
            Map.of("client-id", "t1-consumer"));
    Map<MetricName, Metric> metrics = new HashMap<>();
    metrics.put(
        name,
        new Metric() {
          @Override
          public MetricName metricName() {
            return name;
          }

          @Override
          public Object metricValue() {
            return count;
          }
        });
    heartbeats.refresh(metrics);
  }

  private static Consumer<byte[], byte[]> peeker() {
    return new MockConsumer<>("earliest");
  }

  private static KafkaStreams streams() {
    return streams(directory);
  }

  /** Not started. */
  static KafkaStreams streams(Path directory) {
    Properties properties = new Properties();
    properties.put("application.id", "health");
    properties.put("bootstrap.servers", "localhost:1");
    properties.put("state.dir", directory.toString());
    Topology topology = new Topology();
    topology.addSource("source", "topic");
    return new KafkaStreams(topology, properties);
  }
}
