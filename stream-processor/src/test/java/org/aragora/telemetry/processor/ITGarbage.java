package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ITGarbage {
  private static final List<String> TOPICS =
      List.of("debates", "requests", "agent-calls", "instances", "logs");
  private static final int MEBIBYTE = 1024 * 1024;

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private record Garbage(byte[] key, byte[] value, String reason) {}

  @Test
  void everyBadRecordIsADeadLetterWithItsReasonAndGoodOnesCountOnAllTopics() {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      pipe.start();
      Map<String, Garbage> sent = new HashMap<>();
      Map<String, Integer> byReason = new HashMap<>();
      for (String topic : TOPICS) {
        for (Garbage garbage : garbage()) {
          RecordMetadata at =
              pipe.send(
                  new ProducerRecord<>(
                      pipe.topic(topic), null, garbage.key(), garbage.value(), List.of()));
          sent.put(at.topic() + "/" + at.partition() + "/" + at.offset(), garbage);
          byReason.merge(garbage.reason(), 1, Integer::sum);
        }
      }
      // Good ones behind them, also under null and foreign keys.
      for (int i = 0; i < 100; i++) {
        pipe.send("requests", null, null, TestEvents.request("r" + i, Instant.now(), 200));
        pipe.send(
            "requests",
            null,
            new byte[] {(byte) i, -1},
            TestEvents.request("s" + i, Instant.now(), 500));
      }
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                MetricsPage page = pipe.page();
                assertThat(page.events(pipe.topic("requests"), "counted")).isEqualTo(200);
                for (String topic : TOPICS) {
                  assertThat(page.events(pipe.topic(topic), "dead_letter"))
                      .isEqualTo(garbage().size());
                  byReason.forEach(
                      (reason, count) ->
                          assertThat(page.deadLetters(pipe.topic(topic), reason))
                              .as(topic + " " + reason)
                              .isEqualTo(count / TOPICS.size()));
                }
              });
      List<ConsumerRecord<byte[], byte[]>> deadLetters = pipe.read("dead-letters");
      assertThat(deadLetters).hasSize(sent.size());
      for (ConsumerRecord<byte[], byte[]> letter : deadLetters) {
        Garbage garbage =
            sent.remove(
                header(letter, "topic")
                    + "/"
                    + header(letter, "partition")
                    + "/"
                    + header(letter, "offset"));
        assertThat(garbage).as("comes from a record that was sent").isNotNull();
        assertThat(header(letter, "reason")).isEqualTo(garbage.reason());
        assertThat(header(letter, "message")).isNotBlank();
        assertThat(letter.key()).isEqualTo(garbage.key());
        if (garbage.value() == null || garbage.value().length <= MEBIBYTE) {
          assertThat(letter.value()).isEqualTo(garbage.value());
        } else {
          assertThat(letter.value()).hasSize(64 * 1024);
          assertThat(header(letter, "value-size"))
              .isEqualTo(String.valueOf(garbage.value().length));
        }
      }
      assertThat(sent).isEmpty();
    }
  }

  private static List<Garbage> garbage() {
    byte[] key = "k".getBytes(StandardCharsets.UTF_8);
    Random random = new Random(7);
    List<Garbage> garbage = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      byte[] noise = new byte[random.nextInt(1, 2000)];
      random.nextBytes(noise);
      noise[0] = 'x';
      garbage.add(new Garbage(key, noise, "undecodable"));
    }
    byte[] good = TestEvents.request("r", Instant.now(), 200);
    for (int length = 1; length < good.length; length += 17) {
      garbage.add(new Garbage(null, java.util.Arrays.copyOf(good, length), "undecodable"));
    }
    garbage.add(new Garbage(key, new byte[0], "undecodable"));
    garbage.add(new Garbage(key, null, "null_value"));
    garbage.add(new Garbage(null, null, "null_value"));
    garbage.add(new Garbage(key, TestEvents.bytes("[".repeat(100_000)), "undecodable"));
    garbage.add(
        new Garbage(
            key, TestEvents.bytes("{\"a\":".repeat(65) + "1" + "}".repeat(65)), "undecodable"));
    garbage.add(new Garbage(key, TestEvents.bytes("{\"a\":NaN}"), "undecodable"));
    garbage.add(new Garbage(key, TestEvents.bytes("{\"a\":1,\"a\":2}"), "undecodable"));
    garbage.add(new Garbage(key, TestEvents.bytes("{} {}"), "undecodable"));
    garbage.add(new Garbage(key, TestEvents.bytes("{}"), "unknown_type"));
    garbage.add(new Garbage(key, TestEvents.bytes("{\"type\":7}"), "unknown_type"));
    garbage.add(new Garbage(key, new byte[2 * MEBIBYTE], "too_large"));
    garbage.add(new Garbage(key, new byte[50 * MEBIBYTE], "too_large"));
    return garbage;
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(
        record.headers().lastHeader("aragora-dlq-" + name).value(), StandardCharsets.UTF_8);
  }

  @Test
  void everyReasonOfAnInvalidEventIsCounted() {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      pipe.start();
      Instant now = Instant.now();
      pipe.send("debates", null, null, TestEvents.request("r", now, 200));
      pipe.send("requests", null, null, TestEvents.request("", now, 200));
      pipe.send("requests", null, null, TestEvents.request("r", now, 42));
      pipe.send(
          "requests",
          null,
          null,
          TestEvents.request("r", Instant.parse("1969-12-31T23:59:59Z"), 200));
      pipe.send("requests", null, null, TestEvents.request("r", now.plusSeconds(7200), 200));
      pipe.send("requests", null, null, TestEvents.request("r", now.plusSeconds(600), 200));
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                MetricsPage page = pipe.page();
                String requests = pipe.topic("requests");
                assertThat(page.deadLetters(pipe.topic("debates"), "wrong_topic")).isEqualTo(1);
                assertThat(page.deadLetters(requests, "invalid_field")).isEqualTo(2);
                assertThat(page.deadLetters(requests, "timestamp_out_of_range")).isEqualTo(2);
                assertThat(page.events(requests, "counted")).isEqualTo(1);
                assertThat(
                        page.value(
                            "aragora_telemetry_clock_skew_events_total{topic=\""
                                + requests
                                + "\"}"))
                    .isEqualTo(1);
              });
    }
  }
}
