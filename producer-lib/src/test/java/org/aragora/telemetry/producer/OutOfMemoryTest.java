package org.aragora.telemetry.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.aragora.telemetry.producer.report.ProducerStats;
import org.aragora.telemetry.producer.report.TelemetryListener;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A host whose heap is full for a while: Errors wherever the library allocates. */
@Timeout(60)
class OutOfMemoryTest {

  private static void emit(TelemetryProducer telemetry, int count) {
    for (int i = 0; i < count; i++) {
      telemetry.emit(RequestCompleted.of("r-" + i, "GET", "/", 200, Duration.ZERO));
    }
  }

  private static Set<String> numbers(MockProducer<byte[], byte[]> client, InputTopic topic) {
    Set<String> numbers = new HashSet<>();
    for (ProducerRecord<byte[], byte[]> record : Broker.sent(client, topic)) {
      numbers.add(record.partition() + "/" + Broker.json(record).get("seq").asLong());
    }
    return numbers;
  }

  @Test
  void everyThreadGoesOnAndEveryEventIsAccounted() {
    AtomicInteger failures = new AtomicInteger(8);
    MockProducer<byte[], byte[]> broker = Broker.acknowledging(4);
    Producer<byte[], byte[]> client = new FullHeap(broker, failures);
    TelemetryListener listener =
        new TelemetryListener() {
          @Override
          public void sendFailed(String topic, Throwable cause) {
            throw new OutOfMemoryError("in the host's listener");
          }
        };
    TelemetryProducer telemetry =
        TelemetryProducer.builder("api-1")
            .client(() -> client)
            .listener(listener)
            .heartbeatInterval(Duration.ofSeconds(1))
            .build();
    emit(telemetry, 200);
    assertThat(telemetry.flush(Duration.ofSeconds(40))).isTrue();
    telemetry.close();

    ProducerStats.TopicStats stats = telemetry.stats().topics().get("aragora.requests");
    assertThat(failures.get()).isNotPositive();
    assertThat(stats.offered()).isEqualTo(200);
    assertThat(stats.acknowledged()).isEqualTo(200);
    assertThat(numbers(broker, InputTopic.REQUESTS)).hasSize(200);
    assertThat(Broker.sent(broker, InputTopic.INSTANCES)).hasSizeGreaterThan(2);
  }

  @Test
  void eventThatCannotBeMadeIsDroppedAndNothingIsThrown() {
    MockProducer<byte[], byte[]> broker = Broker.acknowledging(4);
    TelemetryProducer telemetry =
        TelemetryProducer.builder("api-1")
            .client(() -> broker)
            .heartbeatInterval(Duration.ZERO)
            .clock(
                new java.time.Clock() {
                  @Override
                  public java.time.ZoneId getZone() {
                    return java.time.ZoneOffset.UTC;
                  }

                  @Override
                  public java.time.Clock withZone(java.time.ZoneId zone) {
                    return this;
                  }

                  @Override
                  public java.time.Instant instant() {
                    throw new OutOfMemoryError("no room for an instant");
                  }
                })
            .build();
    emit(telemetry, 3);
    assertThat(telemetry.stats().topics().get("aragora.requests").dropped()).isEqualTo(3);
    telemetry.close();
  }

  /** Fails with an Error at every other call, before or behind what it does, for a while. */
  private static final class FullHeap extends MockProducer<byte[], byte[]> {
    private final MockProducer<byte[], byte[]> behind;
    private final AtomicInteger failures;

    FullHeap(MockProducer<byte[], byte[]> behind, AtomicInteger failures) {
      this.behind = behind;
      this.failures = failures;
    }

    private boolean isFull() {
      return failures.getAndDecrement() > 0;
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
      boolean before = failures.get() % 2 == 0;
      if (before && isFull()) {
        throw new OutOfMemoryError("before the send");
      }
      Future<RecordMetadata> sent = behind.send(record, callback);
      if (!before && isFull()) {
        throw new OutOfMemoryError("behind the send");
      }
      return sent;
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
      if (isFull()) {
        throw new OutOfMemoryError("in partitionsFor");
      }
      return behind.partitionsFor(topic);
    }

    @Override
    public void close(Duration timeout) {
      behind.close(timeout);
    }
  }
}
