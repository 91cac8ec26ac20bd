package org.aragora.telemetry.processor.recent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.schemas.topic.DeadLetterHeaders;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecentRecordTest {
  private static final String SECRET = "hunter2";

  private static ConsumerRecord<byte[], byte[]> record(String topic, String value) {
    return new ConsumerRecord<>(topic, 3, 42, null, value.getBytes(UTF_8));
  }

  private static String event(String type, String data) {
    return """
    {"specversion":"1.0","id":"1","source":"/aragora/instances/api-1","type":"ai.aragora.%s","time":"2026-01-02T03:04:05Z","data":%s}\
    """
        .formatted(type, data);
  }

  @Test
  void requestShowsItsTemplateAndNumbersOnly() {
    RecentRecord shown =
        RecentRecord.event(
            InputTopic.REQUESTS,
            withTime(
                "aragora.requests",
                event(
                    "request.completed.v1",
                    """
                    {"request_id":"hunter2","method":"GET","endpoint":"/api/debates/123456","status":200,"duration_seconds":0.25,"user_id":"hunter2"}\
                    """)));

    assertThat(shown.kind()).isEqualTo("request.completed.v1");
    assertThat(shown.place()).isEqualTo("3@42");
    assertThat(shown.text())
        .contains("method=GET", "status=200", "duration_seconds=0.25")
        .doesNotContain(SECRET, "123456");
  }

  @Test
  void eventShowsTheTraceThatItCarries() {
    String request =
        event(
            "request.completed.v1",
            """
            {"request_id":"r","method":"GET","endpoint":"/a","status":200,"duration_seconds":0.25}\
            """);
    String traceId = "0af7651916cd43dd8448eb211c80319c";
    for (String carried :
        List.of("00-" + traceId + "-b7ad6b7169203331-01", "no", "<img src=x>-<img src=x>-")) {
      String value =
          request.replace("\"id\":", "\"traceparent\":\"%s\",\"id\":".formatted(carried));
      RecentRecord shown =
          RecentRecord.event(InputTopic.REQUESTS, withTime("aragora.requests", value));
      assertThat(shown.kind()).isEqualTo("request.completed.v1");
      assertThat(shown.traceId()).isEqualTo(carried.startsWith("00-") ? traceId : "");
    }
    assertThat(
            RecentRecord.event(InputTopic.REQUESTS, withTime("aragora.requests", request))
                .traceId())
        .isEmpty();
  }

  @Test
  void textsOfPeopleAndModelsAreLeftOut() {
    List<RecentRecord> all =
        List.of(
            RecentRecord.event(
                InputTopic.LOGS,
                withTime(
                    "aragora.logs",
                    event(
                        "log.emitted.v1",
                        """
                        {"level":"ERROR","logger":"hunter2","message":"password=hunter2","extra":{"a":"hunter2"}}\
                        """))),
            RecentRecord.event(
                InputTopic.DEBATES,
                withTime(
                    "aragora.debates",
                    event(
                        "debate.started.v1",
                        """
                        {"debate_id":"d1","agents":["hunter2"],"task":"hunter2","domain":"hunter2"}\
                        """))));

    assertThat(all.get(0).kind()).isEqualTo("log.emitted.v1");
    assertThat(all.get(0).text()).contains("level=ERROR");
    assertThat(all.get(1).kind()).isEqualTo("debate.started.v1");
    assertThat(all.get(1).text()).contains("debate_id=d1");
    assertThat(all.toString()).doesNotContain(SECRET);
  }

  @ParameterizedTest
  @EnumSource(InputTopic.class)
  void recordThatIsNoEventShowsTheRuleWithoutTheValue(InputTopic topic) {
    for (String value :
        Arrays.asList(
            SECRET,
            "{\"" + SECRET + "\":1}",
            event(SECRET, "{}"),
            event("request.completed.v1", "{\"status\":\"hunter2\"}"),
            event("log.emitted.v1", "{\"level\":\"hunter2\"}"))) {
      RecentRecord shown = RecentRecord.event(topic, withTime("aragora." + topic.suffix(), value));
      assertThat(shown.toString()).as(value).doesNotContain(SECRET);
      assertThat(shown.kind()).isNotEmpty();
    }
  }

  @Test
  void deadLetterShowsItsPlaceAndTheRuleWithoutTheValue() {
    ConsumerRecord<byte[], byte[]> record = record("aragora.dead-letters", SECRET);
    put(record, DeadLetterHeaders.TOPIC, "aragora.requests");
    put(record, DeadLetterHeaders.PARTITION, "7");
    put(record, DeadLetterHeaders.OFFSET, "99");
    put(record, DeadLetterHeaders.REASON, "invalid_field");
    put(
        record,
        DeadLetterHeaders.MESSAGE,
        "Field data.status must be an integer but is \"hunter2\".");

    RecentRecord shown = RecentRecord.deadLetter(record);

    assertThat(shown.topic()).isEqualTo("aragora.requests");
    assertThat(shown.place()).isEqualTo("7@99");
    assertThat(shown.kind()).isEqualTo("invalid_field");
    assertThat(shown.text()).isEqualTo("Field data.status must be an integer");
  }

  @Test
  void deadLetterWithoutHeadersIsShownEmpty() {
    RecentRecord shown = RecentRecord.deadLetter(record("aragora.dead-letters", SECRET));
    assertThat(Objects.requireNonNull(shown).place()).isEqualTo("@");
  }

  private static ConsumerRecord<byte[], byte[]> withTime(String topic, String value) {
    return new ConsumerRecord<>(
        topic,
        3,
        42,
        1_767_323_045_000L,
        org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME,
        0,
        value.length(),
        null,
        value.getBytes(UTF_8),
        new org.apache.kafka.common.header.internals.RecordHeaders(),
        java.util.Optional.empty());
  }

  private static void put(ConsumerRecord<byte[], byte[]> record, String name, String value) {
    record.headers().add(name, value.getBytes(UTF_8));
  }

  @Test
  void labelsAreRedactedAsThoseOfMetrics() {
    RecentRecord shown =
        RecentRecord.event(
            InputTopic.AGENT_CALLS,
            withTime(
                "aragora.agent-calls",
                event(
                    "agent.call_completed.v1",
                    """
                    {"call_id":"c","agent":"someone@example.org","status":"success","duration_seconds":2}\
                    """)));

    assertThat(shown.text()).contains("agent=").doesNotContain("someone@example.org");
  }
}
