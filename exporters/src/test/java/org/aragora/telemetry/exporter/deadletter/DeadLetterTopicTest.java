package org.aragora.telemetry.exporter.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.chassis.redact.RedactionSettings;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.exporter.backend.DebateStart;
import org.aragora.telemetry.schemas.text.Utf8;
import org.aragora.telemetry.testbed.events.AstralTexts;
import org.junit.jupiter.api.Test;

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
}
