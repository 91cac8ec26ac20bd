package org.aragora.telemetry.processor.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.aragora.telemetry.chassis.topics.RecordSize;
import org.aragora.telemetry.processor.pipeline.TestPipeline;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.events.LargestEvents;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sizes of the records that the largest valid events cause in every topic of the processor. */
class LargestRecordsTest {
  /** Kafka's default of {@code max.message.bytes}; our topics have nine times as much. */
  private static final int STOCK_LIMIT = 1_048_588;

  private static final int DEAD_LETTER_ROOM = 1 << 23;
  private static final int OF_EACH = 3;
  private static final int GAPS = 10_000;

  @TempDir Path directory;

  private final Map<String, Long> largestByTopic = new HashMap<>();
  private final Map<InputTopic, Integer> sent = new HashMap<>();

  @Test
  void everyRecordFitsATopicOfAStockBroker() throws Exception {
    LargestEvents largest = new LargestEvents(3);
    try (TestPipeline pipeline = new TestPipeline(directory, true)) {
      for (EventType type : EventType.values()) {
        for (int i = 0; i < OF_EACH; i++) {
          send(pipeline, type.topic(), largest.key(), largest.value(type));
        }
        pass(pipeline, Duration.ofSeconds(1));
      }
      for (int i = 0; i < GAPS + 10; i++) {
        String event =
            "{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"s\",\"type\":\"ai.aragora.log.emitted.v1\",\"epoch\":\"e\",\"seq\":%d,\"data\":{\"level\":\"INFO\",\"logger\":\"l\",\"message\":\"m\"}}"
                .formatted(1 + i * 99_000_001L);
        send(pipeline, InputTopic.LOGS, null, event.getBytes(UTF_8));
      }
      pass(pipeline, Duration.ofSeconds(1));
      pass(pipeline, Duration.ofSeconds(86_400 + 61)); // the debates are overdue
      pass(pipeline, Duration.ofSeconds(1));
      assertThat(pipeline.scrape().stream().map(metric -> metric.getMetadata().getName()))
          .contains("aragora_debate_timeouts");
    }
    assertThat(largestByTopic)
        .containsKeys("aragora.debates", "aragora.metrics", "aragora.metrics.windows")
        .doesNotContainKey("aragora.dead-letters");
    assertThat(largestByTopic.keySet().stream().filter(topic -> topic.endsWith("-changelog")))
        .hasSize(2 * InputTopic.values().length);
    assertThat(largestByTopic)
        .allSatisfy(
            (topic, bytes) -> assertThat(bytes).as(topic).isLessThan(RecordSize.room(STOCK_LIMIT)));
  }

  @Test
  void aDeadLetterOfEachFitsItsTopicWithTheLargestKeyAndHeaders() {
    LargestEvents largest = new LargestEvents(4);
    try (TestPipeline pipeline = new TestPipeline(directory, true)) {
      for (EventType type : EventType.values()) {
        InputTopic wrong = type.topic() == InputTopic.LOGS ? InputTopic.REQUESTS : InputTopic.LOGS;
        send(pipeline, wrong, new byte[7 << 20], largest.value(type));
        send(pipeline, wrong, largest.key(), largest.value(type));
        RecordHeaders headers = new RecordHeaders();
        headers.add("x", new byte[6 << 20]);
        pipeline.send(
            wrong, new TestRecord<>(largest.key(), largest.value(type), headers, pipeline.now()));
      }
      pass(pipeline, Duration.ofSeconds(1));
    }
    assertThat(largestByTopic.get("aragora.dead-letters"))
        .isBetween((1L << 20) + (1 << 16), (long) DEAD_LETTER_ROOM);
  }

  private void send(TestPipeline pipeline, InputTopic topic, byte[] key, byte[] value) {
    sent.merge(topic, 1, Integer::sum);
    pipeline.send(topic, new TestRecord<>(key, value, new RecordHeaders(), pipeline.now()));
  }

  private void pass(TestPipeline pipeline, Duration duration) {
    pipeline.pass(duration);
    for (String topic : java.util.List.copyOf(pipeline.written())) {
      for (TestRecord<byte[], byte[]> record : pipeline.read(topic)) {
        long size = RecordSize.of(record.key(), record.value(), record.headers());
        largestByTopic.merge(topic, size, Math::max);
      }
    }
  }
}
