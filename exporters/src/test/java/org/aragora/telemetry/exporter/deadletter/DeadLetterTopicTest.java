package org.aragora.telemetry.exporter.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.chassis.redact.RedactionSettings;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.topics.RecordSize;
import org.aragora.telemetry.exporter.backend.DebateStart;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.text.Utf8;
import org.aragora.telemetry.testbed.events.AstralTexts;
import org.aragora.telemetry.testbed.events.LargestEvents;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeadLetterTopicTest {

  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private DeadLetterTopic topic = new DeadLetterTopic(producer, "letters", "log-exporter", null);

  @Test
  void everyPartIsCutBetweenCharacters() {
    for (int bound : new int[] {512, 1_024, 64 * 1024}) {
      for (String text : AstralTexts.around(bound)) {
        for (DeadLetterTopic.Cut cut : DeadLetterTopic.Cut.values()) {
          ProducerRecord<byte[], byte[]> letter = letter(text, cut);
          assertThat(Utf8.firstError(letter.key())).isNegative();
          assertThat(Utf8.firstError(letter.value())).isNegative();
          for (Header header : letter.headers()) {
            assertThat(new String(header.value(), UTF_8)).doesNotContain("?", "\uFFFD");
          }
          assertThat(text.getBytes(UTF_8)).startsWith(letter.key()).startsWith(letter.value());
        }
      }
    }
  }

  private ProducerRecord<byte[], byte[]> letter(String text, DeadLetterTopic.Cut cut) {
    producer.clear();
    byte[] bytes = text.getBytes(UTF_8);
    topic
        .deadLetter(
            new ConsumerRecord<>("aragora.logs", 0, 7, bytes, bytes),
            new DebateStart(text, List.of(text), 1, "law", null),
            new DeadLetterTopic.Cause("refused", text),
            cut)
        .join();
    return producer.history().get(0);
  }

  @Test
  void aRedactedLetterHasNoSecretAndAMark() {
    topic =
        new DeadLetterTopic(
            producer,
            "letters",
            "spans",
            RedactionSettings.ofDeadLetters(
                Settings.read(
                    RedactionSettings.ALL,
                    Map.of("ARAGORA_TELEMETRY_DEAD_LETTER_REDACTION", "true"))));
    for (DeadLetterTopic.Cut cut : DeadLetterTopic.Cut.values()) {
      ProducerRecord<byte[], byte[]> letter = letter("größe password=hunter2", cut);
      assertThat(letter.key()).asString(UTF_8).isEqualTo("größe password=[REDACTED]");
      assertThat(letter.value()).asString(UTF_8).isEqualTo("größe password=[REDACTED]");
      assertThat(letter.headers().lastHeader("aragora-dlq-redacted")).isNotNull();
      for (Header header : letter.headers()) {
        assertThat(header.value()).asString(UTF_8).doesNotContain("hunter2");
      }
      assertThat(letter("harmless", cut).headers().lastHeader("aragora-dlq-redacted")).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theLargestEventOfATypeFitsAndItsLastCutFitsAnyTopic(EventType type) {
    LargestEvents largest = new LargestEvents(6);
    ConsumerRecord<byte[], byte[]> origin =
        new ConsumerRecord<>(
            type.topic().under("aragora."), 0, 7, largest.key(), largest.value(type));
    origin.headers().add("x", new byte[6 << 20]);
    DebateStart start =
        new DebateStart(
            "😀".repeat(2_000), Collections.nCopies(50, "😀".repeat(200)), 51, "law", 1L);
    DeadLetterTopic.Cause cause = new DeadLetterTopic.Cause("refused", "😀".repeat(9_000));
    Map<DeadLetterTopic.Cut, Integer> limits =
        Map.of(
            DeadLetterTopic.Cut.NOTHING,
            9 << 20,
            DeadLetterTopic.Cut.HEADERS,
            2 << 20,
            DeadLetterTopic.Cut.LARGE_VALUE,
            1_048_588,
            DeadLetterTopic.Cut.ALMOST_ALL,
            16_384);
    limits.forEach(
        (cut, limit) -> {
          producer.clear();
          topic.deadLetter(origin, start, cause, cut).join();
          ProducerRecord<byte[], byte[]> letter = producer.history().get(0);
          assertThat(RecordSize.of(letter.key(), letter.value(), letter.headers()))
              .as(cut.name())
              .isLessThan(RecordSize.room(limit));
        });
  }
}
