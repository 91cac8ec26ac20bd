package org.aragora.telemetry.processor.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.aragora.telemetry.processor.simulation.TaskContext;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
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

  private static Record<byte[], byte[]> letter(byte[] key, byte[] value, RecordHeaders headers) {
    TaskContext<Object, Object> context = new TaskContext<>(3, () -> 0, (r, c) -> {});
    context.at("aragora.debates", 42);
    return DeadLetter.of(
        new Record<>(key, value, 5, headers),
        context.recordMetadata().orElseThrow(),
        new Decoded.Invalid(DeadLetterReason.INVALID_FIELD, "Field größe."),
        777);
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
}
