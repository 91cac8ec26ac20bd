package org.aragora.telemetry.processor.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.internal.AbstractRecords;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.streams.processor.api.Record;
import org.aragora.telemetry.chassis.redact.RecordRedaction;
import org.aragora.telemetry.chassis.redact.RedactionSettings;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.topics.RecordSize;
import org.aragora.telemetry.processor.simulation.TaskContext;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.text.Unicode;
import org.aragora.telemetry.schemas.text.Utf8;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;
import org.aragora.telemetry.testbed.events.AstralTexts;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadLetterTest {
  private static @Nullable RecordRedaction redaction;

  @AfterEach
  void keepEverything() {
    redaction = null;
  }

  private static final int MIB = 1_048_576;

  @Test
  void itKeepsKeyValueAndHeadersAndSaysWhereFromAndWhy() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("content-type", bytes("x")).add("twice", bytes("1")).add("twice", null);
    Record<byte[], byte[]> letter = letter(bytes("key"), bytes("value"), headers);
    assertThat(letter.key()).isEqualTo(bytes("key"));
    assertThat(letter.value()).isEqualTo(bytes("value"));
    assertThat(letter.timestamp()).isEqualTo(777);
    assertThat(texts(letter))
        .containsExactly(
            "content-type=x",
            "twice=1",
            "twice=null",
            "aragora-dlq-topic=aragora.debates",
            "aragora-dlq-partition=3",
            "aragora-dlq-offset=42",
            "aragora-dlq-reason=invalid_field",
            "aragora-dlq-message=Field größe.");
  }

  @Test
  void nullStaysNull() {
    Record<byte[], byte[]> letter = letter(null, null, new RecordHeaders());
    assertThat(letter.key()).isNull();
    assertThat(letter.value()).isNull();
  }

  @Test
  void aValueOfOneMebibyteIsKeptWholeAndALargerOneCut() {
    assertThat(letter(null, new byte[MIB], new RecordHeaders()).value()).hasSize(MIB);
    Record<byte[], byte[]> cut = letter(null, new byte[MIB + 1], new RecordHeaders());
    assertThat(cut.value()).hasSize(65_536);
    assertThat(texts(cut)).contains("aragora-dlq-value-size=1048577", "aragora-dlq-offset=42");
  }

  @Test
  void aHugeKeyIsCutAndHugeHeadersAreLeftOut() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("big", new byte[MIB]);
    Record<byte[], byte[]> cut = letter(new byte[2 * MIB], bytes("v"), headers);
    assertThat(cut.key()).hasSize(65_536);
    assertThat(texts(cut))
        .contains("aragora-dlq-key-size=2097152", "aragora-dlq-headers-size=1048579")
        .noneMatch(header -> header.startsWith("big"));
  }

  @ParameterizedTest
  @ValueSource(ints = {16_384, 65_536, 1_048_588, 4_000_000})
  void itFitsWhateverTheTopicTakesAndWhateverTheRecordIs(int maxMessageBytes) {
    int room = RecordSize.room(maxMessageBytes);
    for (int key : new int[] {-1, 0, 100, 65_536, MIB, MIB + 1}) {
      for (int value : new int[] {-1, 0, 1000, MIB - 76, MIB, MIB + 1, 7 * MIB}) {
        for (int header : new int[] {0, 1, 1000, 200_000}) {
          RecordHeaders headers = new RecordHeaders();
          for (int i = 0; i < header; i += 20) {
            headers.add("h", new byte[Math.min(19, header)]);
          }
          Record<byte[], byte[]> letter = letter(bytesOf(key), bytesOf(value), headers, room);
          assertThat(estimate(letter))
              .as("key %d, value %d, headers %d", key, value, header)
              .isLessThanOrEqualTo(room);
          assertThat(letter.headers().lastHeader("aragora-dlq-offset")).isNotNull();
          boolean valueIsWhole = value < 0 || letter.value().length == value;
          boolean keyIsWhole = key < 0 || letter.key().length == key;
          assertThat(letter.headers().lastHeader("aragora-dlq-value-size") == null)
              .isEqualTo(valueIsWhole);
          assertThat(letter.headers().lastHeader("aragora-dlq-key-size") == null)
              .isEqualTo(keyIsWhole);
          assertThat(letter.headers().lastHeader("h") == null)
              .isEqualTo(
                  header == 0 || letter.headers().lastHeader("aragora-dlq-headers-size") != null);
        }
      }
    }
  }

  @Test
  void theSizeThatTheReaderNotedIsKeptAndAForgedOneIsNot() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("aragora-dlq-value-size", bytes("52428800"));
    assertThat(texts(letter(null, new byte[MIB + 1], headers)))
        .containsOnlyOnce("aragora-dlq-value-size=52428800");
    assertThat(texts(letter(null, new byte[3], headers)))
        .noneMatch(header -> header.startsWith("aragora-dlq-value-size"));
    headers.add("aragora-dlq-headers-size", bytes("4194304")).add("other", bytes("1"));
    assertThat(texts(letter(null, new byte[3], headers)))
        .contains("aragora-dlq-headers-size=4194304")
        .noneMatch(header -> header.startsWith("other"));
  }

  @Test
  void headersGoBeforeTheValueAndTheValueBeforeTheKey() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("h", new byte[15_000]);
    int room = RecordSize.room(100_000);
    Record<byte[], byte[]> letter = letter(new byte[40_000], new byte[50_000], headers, room);
    assertThat(letter.value()).hasSize(50_000);
    assertThat(texts(letter)).contains("aragora-dlq-headers-size=15001");
    letter = letter(new byte[65_536], new byte[70_000], headers, room);
    assertThat(letter.key()).hasSize(65_536);
    assertThat(letter.value()).hasSizeBetween(30_000, 40_000);
  }

  /** The size of the batch by Kafka's own arithmetic. */
  private static int estimate(Record<byte[], byte[]> letter) {
    return AbstractRecords.estimateSizeInBytesUpperBound(
        RecordBatch.CURRENT_MAGIC_VALUE,
        CompressionType.NONE,
        letter.key(),
        letter.value(),
        letter.headers().toArray());
  }

  private static byte[] bytesOf(int length) {
    return length < 0 ? null : new byte[length];
  }

  private static Record<byte[], byte[]> letter(byte[] key, byte[] value, RecordHeaders headers) {
    return letter(key, value, headers, 8 * MIB);
  }

  private static Record<byte[], byte[]> letter(
      byte[] key, byte[] value, RecordHeaders headers, int room) {
    return letter(key, value, headers, room, "Field größe.");
  }

  private static Record<byte[], byte[]> letter(
      byte[] key, byte[] value, RecordHeaders headers, int room, String message) {
    TaskContext<Object, Object> context = new TaskContext<>(3, () -> 0, (r, c) -> {});
    context.at("aragora.debates", 42);
    return DeadLetter.of(
        new Record<>(key, value, 5, headers),
        context.recordMetadata().orElseThrow(),
        new Decoded.Invalid(DeadLetterReason.INVALID_FIELD, message),
        777,
        new DeadLetter.Form(room, redaction));
  }

  private static List<String> texts(Record<byte[], byte[]> letter) {
    List<String> texts = new ArrayList<>();
    for (Header header : letter.headers()) {
      texts.add(
          header.key()
              + "="
              + (header.value() == null
                  ? "null"
                  : new String(header.value(), StandardCharsets.UTF_8)));
    }
    return texts;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void everyPartIsCutBetweenCharacters() {
    byte[] faces = "😀".repeat(MIB / 4 + 10).getBytes(StandardCharsets.UTF_8);
    for (int shift = 0; shift < 4; shift++) {
      byte[] text = new byte[faces.length + shift];
      java.util.Arrays.fill(text, (byte) 'a');
      System.arraycopy(faces, 0, text, shift, faces.length);
      for (int room : new int[] {16_384, 65_536, 65_537, 1_048_588, 4_000_000}) {
        Record<byte[], byte[]> letter = letter(text, text, new RecordHeaders(), room);
        assertThat(Utf8.firstError(letter.key())).isNegative();
        assertThat(Utf8.firstError(letter.value())).isNegative();
        assertThat(letter.key().length + letter.value().length)
            .isGreaterThan(Math.min(room / 2, 130_000) - 2_000);
      }
    }
    for (String text : AstralTexts.around(1_024)) {
      List<String> headers = texts(letter(null, null, new RecordHeaders(), 8 * MIB, text));
      String message = headers.get(headers.size() - 1);
      assertThat(message).matches(Unicode::isWellFormed).doesNotContain("?");
      assertThat(message.codePoints().count())
          .isLessThanOrEqualTo("aragora-dlq-message=".length() + 1_025);
    }
  }

  @Test
  void aRedactedLetterHasNoSecretAndAMark() {
    redaction =
        RedactionSettings.ofDeadLetters(
            Settings.read(
                RedactionSettings.ALL, Map.of("ARAGORA_TELEMETRY_DEAD_LETTER_REDACTION", "true")));
    RecordHeaders headers = new RecordHeaders();
    headers.add("authorization", bytes("hunter2")).add("x", bytes("token=hunter2"));
    headers.add("aragora-dlq-redacted", bytes("forged")).add("null", null);
    byte[] value = bytes("{\"password\":\"hunter2\",\"größe\":1}");
    byte[] broken = bytes("password=hunter2 \u00ff");
    broken[broken.length - 1] = (byte) 0xFF;
    for (byte[] bytes : List.of(value, broken)) {
      Record<byte[], byte[]> letter =
          letter(bytes("bob@example.org"), bytes, headers, 8 * MIB, "It is \"token=hunter2\".");
      assertThat(texts(letter).toString() + new String(letter.value(), StandardCharsets.UTF_8))
          .contains("aragora-dlq-redacted=true", "password", "null=null")
          .doesNotContain("hunter2", "forged");
      assertThat(letter.key()).isEqualTo(bytes("[REDACTED]"));
      assertThat(texts(letter)).noneMatch(header -> header.contains("-size="));
    }
    assertThat(letter(null, value, new RecordHeaders()).value())
        .isEqualTo(bytes("{\"password\":\"[REDACTED]\",\"größe\":1}"));
    Record<byte[], byte[]> plain = letter(null, bytes("no json"), new RecordHeaders());
    assertThat(plain.value()).isEqualTo(bytes("no json"));
    assertThat(texts(plain)).noneMatch(header -> header.contains("redacted"));
    assertThat(letter(null, new byte[MIB + 1], headers).value()).hasSize(65_536);
    byte[] large = bytes("password=hunter2 " + "x".repeat(MIB));
    assertThat(texts(letter(null, large, new RecordHeaders())))
        .contains("aragora-dlq-value-size=" + large.length, "aragora-dlq-redacted=true");
  }
}
