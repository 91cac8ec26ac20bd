package org.aragora.telemetry.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.aragora.telemetry.producer.report.ProducerStats;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The network thread of the Kafka client ends by an Error, as in a host that is out of memory. */
@Timeout(180)
class ITDeadClient {
  private static final AtomicInteger DEATHS = new AtomicInteger();

  /** Ends the thread that delivers acknowledgements, twice. */
  public static final class Death implements ProducerInterceptor<byte[], byte[]> {
    @Override
    public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
      return record;
    }

    @Override
    public void onAcknowledgement(RecordMetadata metadata, Exception exception) {
      if (DEATHS.get() < 2 && Thread.currentThread().getName().contains("network-thread")) {
        DEATHS.incrementAndGet();
        throw new OutOfMemoryError("Java heap space");
      }
    }

    @Override
    public void close() {}

    @Override
    public void configure(Map<String, ?> configs) {}
  }

  @Test
  void anotherClientSendsWhatTheDeadOneHeldUnderTheSameNumbers() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.builder().start()) {
      ITTelemetryProducer.createTopics(broker);
      String servers = broker.bootstrapServers();
      TelemetryProducer telemetry =
          TelemetryProducer.builder("api-1")
              .bootstrapServers(servers)
              .clientSetting("interceptor.classes", Death.class.getName())
              .heartbeatInterval(Duration.ofSeconds(1))
              .build();
      for (int i = 0; i < 500; i++) {
        assertThat(
                telemetry.emit(
                    RequestCompleted.of("r-" + i, "GET", "/", 200, Duration.ofMillis(1))))
            .isTrue();
      }
      assertThat(telemetry.flush(Duration.ofSeconds(60))).isTrue();
      long beats = acknowledged(telemetry, "aragora.instances");
      await()
          .atMost(20, TimeUnit.SECONDS)
          .until(() -> acknowledged(telemetry, "aragora.instances") > beats + 1);
      telemetry.close();

      assertThat(DEATHS).hasValue(2);
      ProducerStats.TopicStats stats = telemetry.stats().topics().get("aragora.requests");
      assertThat(stats.acknowledged()).isEqualTo(500);
      List<ConsumerRecord<byte[], byte[]>> records = TopicReader.all(servers, "aragora.requests");
      Map<String, List<Event>> numbers = TopicReader.byNumber(records, InputTopic.REQUESTS);
      assertThat(numbers).hasSize(500);
      numbers.forEach(
          (number, events) ->
              assertThat(events.stream().map(Event::id).distinct()).as(number).hasSize(1));
    }
  }

  private static long acknowledged(TelemetryProducer telemetry, String topic) {
    return telemetry.stats().topics().get(topic).acknowledged();
  }
}
