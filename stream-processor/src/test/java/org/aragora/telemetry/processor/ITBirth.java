package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A new series is seen as 0, however late it is served. */
class ITBirth {
  private static final Duration BIRTH = Duration.ofSeconds(4);
  private static final Duration SCRAPE_INTERVAL = Duration.ofMillis(100);
  private static final int PARTITIONS = 2;
  private static final String SERIES =
      "aragora_requests_total{endpoint=\"/api/debates\",method=\"GET\",status=\"200\"}";

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  /** A killed processor's open transaction holds readers back just like that. */
  @Test
  void seriesThatWereCountedLongBeforeTheyAreServedAreSeenAsZeroAllTheSame() throws Exception {
    kafka.createTopics(PARTITIONS);
    try (Pipe pipe =
            new Pipe(kafka.bootstrapServers(), kafka.prefix())
                .with("BIRTH_SECONDS", String.valueOf(BIRTH.toSeconds()));
        KafkaProducer<byte[], byte[]> stuck = producer()) {
      stuck.initTransactions();
      stuck.beginTransaction();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        stuck
            .send(new ProducerRecord<>(pipe.topic("metrics"), partition, new byte[1], new byte[1]))
            .get();
      }
      ProcessorService first = pipe.start();
      pipe.send("requests", null, null, TestEvents.request("r", Instant.now(), 200));
      await().atMost(Pipe.PATIENCE).until(() -> isCounted(pipe));
      await().pollDelay(BIRTH.plusSeconds(2)).atMost(Pipe.PATIENCE).until(() -> true);
      assertThat(pipe.page().has(SERIES)).as("served").isFalse();

      stuck.abortTransaction();
      List<Double> seen = new ArrayList<>();
      await()
          .pollInterval(SCRAPE_INTERVAL)
          .atMost(Pipe.PATIENCE)
          .until(() -> scrape(pipe, seen).contains(1.0));

      assertThat(seen.get(0)).as("at first sight").isZero();
      assertThat(seen.indexOf(1.0)).as("scrapes that saw it").isGreaterThan(3);

      // What is ripe stays ripe: another owner never serves it as 0.
      pipe.start();
      pipe.stop(first);
      List<Double> after = new ArrayList<>();
      await().atMost(Pipe.PATIENCE).until(() -> scrape(pipe, after).size() > 20);
      assertThat(after).containsOnly(1.0);
    }
  }

  private static boolean isCounted(Pipe pipe) {
    return pipe.read("metrics.windows").stream().anyMatch(record -> record.value() != null);
  }

  private static List<Double> scrape(Pipe pipe, List<Double> seen) {
    MetricsPage page = pipe.page();
    if (page.has(SERIES)) {
      seen.add(page.value(SERIES));
    }
    return seen;
  }

  private static KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            kafka.bootstrapServers(),
            "transactional.id",
            kafka.prefix() + "stuck",
            "transaction.timeout.ms",
            300_000),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }
}
