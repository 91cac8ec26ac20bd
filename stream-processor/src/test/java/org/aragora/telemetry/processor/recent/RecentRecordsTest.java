package org.aragora.telemetry.processor.recent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;
import org.junit.jupiter.api.Test;

class RecentRecordsTest {
  private static final String PREFIX = "p.";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final TopicPartition REQUESTS =
      new TopicPartition(InputTopic.REQUESTS.under(PREFIX), 0);

  @Test
  void recordsThatWereReadAreNotTheLastOnesOnceTheTopicsCannotBeRead() {
    MockConsumer<byte[], byte[]> first = consumer();
    AtomicInteger opened = new AtomicInteger();
    try (RecentRecords recent =
        new RecentRecords(
            () -> {
              if (opened.incrementAndGet() > 1) {
                throw new KafkaException("no broker");
              }
              return new TopicEnds(first, PREFIX);
            })) {
      assertThat(recent.json()).contains("the topics are being read");
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(recent.json()).contains("\"failure\":\"\"", "p.requests"));

      first.setOffsetsException(new KafkaException("no broker"));
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(recent.json())
                      .isEqualTo(
                          "{\"failure\":\"the topics cannot be read: no broker\","
                              + "\"events\":[],\"deadLetters\":[]}"));
      assertThat(opened.get()).isGreaterThan(1);
    }
  }

  /** Has one record that is not an event. */
  private static MockConsumer<byte[], byte[]> consumer() {
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    Map<TopicPartition, Long> beginnings = new HashMap<>();
    List<String> names = new ArrayList<>(List.of(Topics.DEAD_LETTERS.under(PREFIX)));
    for (InputTopic topic : InputTopic.values()) {
      names.add(topic.under(PREFIX));
    }
    for (String name : names) {
      consumer.updatePartitions(name, List.of(new PartitionInfo(name, 0, null, null, null)));
      beginnings.put(new TopicPartition(name, 0), 0L);
    }
    Map<TopicPartition, Long> ends = new HashMap<>(beginnings);
    ends.put(REQUESTS, 1L);
    consumer.updateBeginningOffsets(beginnings);
    consumer.updateEndOffsets(ends);
    consumer.schedulePollTask(
        () ->
            consumer.addRecord(
                new ConsumerRecord<>(
                    REQUESTS.topic(), 0, 0, "key".getBytes(UTF_8), "{}".getBytes(UTF_8))));
    return consumer;
  }
}
