package org.aragora.telemetry.doctor.tap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.aragora.telemetry.chassis.redact.Redactor;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordLinesTest {
  private static final String LOG =
      """
      {"specversion":"1.0","id":"e-1","source":"/aragora/instances/api-1",
       "type":"ai.aragora.log.emitted.v1","time":"2026-11-24T12:00:00Z",
       "data":{"level":"ERROR","logger":"auth","message":"%s",
        "fields":{"password":"hunter2","region":"eu"}}}
      """;

  @Test
  void anEventIsOneRedactedLine() {
    assertThat(line(LOG.formatted("login of ada@example.org failed"), List.of()))
        .isEqualTo(
            """
            {"topic":"aragora.logs","partition":3,"offset":7,"timestamp":"2026-11-24T12:00:01Z",\
            "event":{"specversion":"1.0","id":"e-1","source":"/aragora/instances/api-1",\
            "type":"ai.aragora.log.emitted.v1","time":"2026-11-24T12:00:00Z",\
            "data":{"level":"ERROR","logger":"auth","message":"login of [REDACTED] failed",\
            "fields":{"password":"[REDACTED]","region":"eu"}}}}\
            """);
  }

  @Test
  void aTestSeesWhatWasWritten() {
    String event = LOG.formatted("login of ada@example.org failed");
    assertThat(line(event, List.of("message=login of ada@example.org failed"))).isNotNull();
    assertThat(line(event, List.of("message=another"))).isNull();
  }

  @Test
  void noControlCharacterIsLeftInALine() {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c <= 0xFFFF; c++) {
      if (!Character.isSurrogate((char) c)) {
        all.append("\\u%04x".formatted(c));
      }
    }
    String line = line(LOG.formatted(all + "\\udb40\\udc41 日本語"), List.of());

    assertThat(line).contains("\\u009b", "\\u202e", "\\udb40\\udc41", "日本語");
    assertThat(line.codePoints())
        .noneMatch(Character::isISOControl)
        .noneMatch(c -> Character.getType(c) == Character.FORMAT);
  }

  @Test
  void anInvalidRecordIsShownWithItsPlaceButNotItsValue() {
    assertThat(line("password=hunter2", List.of()))
        .startsWith("{\"topic\":\"aragora.logs\",\"partition\":3,\"offset\":7,")
        .endsWith(
            "\"undecodable\":{\"reason\":\"undecodable\","
                + "\"rule\":\"The value is not one JSON object in UTF-8\",\"bytes\":16}}");
    assertThat(line(LOG.replace("\"ERROR\"", "\"hunter2\""), List.of()))
        .contains("\"reason\":\"invalid_field\",\"rule\":\"Field ")
        .doesNotContain("hunter2");
    assertThat(line(null, List.of())).contains("\"reason\":\"null_value\"", "\"bytes\":0");
  }

  @Test
  void anInvalidRecordIsNotAnEventThatWasAskedFor() {
    assertThat(line("password=hunter2", List.of("message=x"))).isNull();
  }

  private static @Nullable String line(@Nullable String value, List<String> tests) {
    byte[] bytes = value == null ? null : value.getBytes(UTF_8);
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            "aragora.logs",
            3,
            7,
            1795521601000L,
            TimestampType.LOG_APPEND_TIME,
            -1,
            bytes == null ? -1 : bytes.length,
            null,
            bytes,
            new RecordHeaders(),
            java.util.Optional.empty());
    return new RecordLines(
            Selection.of(List.of(), List.of(), tests, "aragora."), Redactor.ofLabels())
        .line(InputTopic.LOGS, record);
  }
}
