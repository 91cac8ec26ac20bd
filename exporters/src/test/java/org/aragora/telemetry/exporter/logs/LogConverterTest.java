package org.aragora.telemetry.exporter.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.exporter.contract.Documentation;
import org.aragora.telemetry.exporter.contract.TestEvents;
import org.aragora.telemetry.exporter.http.HttpPush;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.schemas.text.Unicode;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.testbed.events.AstralTexts;
import org.aragora.telemetry.testbed.events.LargestEvents;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogConverterTest {

  private final Map<String, String> environment = new HashMap<>();
  private long offset;

  private Converter<LogEntry> converter() {
    var definition = LogsMain.definition();
    return definition.converter().apply(Settings.read(definition.settings(), environment));
  }

  private Conversion<LogEntry> convert(Event event) {
    return converter()
        .convert(
            TestEvents.record(
                event.type().topic().under("aragora."),
                0,
                offset++,
                TestEvents.CODEC.encode(event)));
  }

  @Test
  void eventInBinaryModeIsExportedAndOneWithAKeyOverTheBoundIsNot() throws IOException {
    LogEmitted data = log(LogLevel.ERROR, "broken", Map.of());
    LogEntry structured = entry(data);
    JsonNode whole =
        new ObjectMapper().readTree(TestEvents.CODEC.encode(TestEvents.event("e-1", data)));
    ConsumerRecord<byte[], byte[]> binary =
        TestEvents.record("aragora.logs", 0, 0, whole.get("data").toString().getBytes(UTF_8));
    whole
        .properties()
        .forEach(
            attribute -> {
              if (!attribute.getKey().equals("data")) {
                binary
                    .headers()
                    .add("ce_" + attribute.getKey(), attribute.getValue().asText().getBytes(UTF_8));
              }
            });

    Conversion<LogEntry> converted = converter().convert(binary);
    assertThat(((Conversion.Export<LogEntry>) converted).payload().line())
        .isEqualTo(structured.line());

    ConsumerRecord<byte[], byte[]> longKey =
        new ConsumerRecord<>(
            "aragora.logs",
            0,
            1,
            new byte[64 * 1024 + 1],
            TestEvents.CODEC.encode(TestEvents.event("e-2", data)));
    assertThat(converter().convert(longKey)).isEqualTo(new Conversion.Skip<>("invalid"));
  }

  private LogEntry entry(EventData data) {
    return ((Conversion.Export<LogEntry>) convert(TestEvents.event("e-1", data))).payload();
  }

  private static LogEmitted log(LogLevel level, String message, Map<String, Object> fields) {
    return new LogEmitted(
        level,
        "aragora.server",
        message,
        "unified_server",
        "handle",
        42L,
        "req-1",
        "jane@example.com",
        "d-1",
        fields);
  }

  private static JsonNode json(LogEntry entry) throws IOException {
    return new ObjectMapper().readTree(entry.line());
  }

  @Test
  void lineIsCompactJsonWithTheUsersFieldsAndTheDebate() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("total_tokens", 12L);
    fields.put("api_key", "hunter2");
    fields.put("none", null);

    LogEntry entry = entry(log(LogLevel.WARNING, "mail to joe@example.com failed", fields));

    assertThat(entry.line())
        .isEqualTo(
            "{\"timestamp\":\"2026-11-24T12:00:00.123456Z\",\"level\":\"WARNING\","
                + "\"logger\":\"aragora.server\",\"message\":\"mail to [REDACTED] failed\","
                + "\"module\":\"unified_server\",\"function\":\"handle\",\"line\":42,"
                + "\"trace_id\":\""
                + entry.metadata().traceId()
                + "\",\"request_id\":\"req-1\",\"user_id\":\"[REDACTED]\",\"debate_id\":\"d-1\","
                + "\"fields\":{\"total_tokens\":12,\"api_key\":\"[REDACTED]\",\"none\":null}}");
    assertThat(entry.stream())
        .isEqualTo(new LogEntry.Stream("WARNING", "api-1", "aragora.logs", 0));
    assertThat(entry.metadata().requestId()).isEqualTo("req-1");
    assertThat(entry.metadata().userId()).isEqualTo("[REDACTED]");
  }

  @Test
  void timeIsTheEventsMicrosecondsAndAStablePartOfItsOwn() {
    Event first = TestEvents.event("e-1", log(LogLevel.INFO, "a", null));
    Event second = TestEvents.event("e-2", log(LogLevel.INFO, "a", null));
    long micros = TestEvents.TIME.getEpochSecond() * 1_000_000 + 123_456;

    LogEntry one = ((Conversion.Export<LogEntry>) convert(first)).payload();
    LogEntry two = ((Conversion.Export<LogEntry>) convert(second)).payload();

    assertThat(one.nanos() / 1000).isEqualTo(micros);
    assertThat(two.nanos() / 1000).isEqualTo(micros);
    assertThat(one.nanos()).isNotEqualTo(two.nanos());
    LogEntry again = ((Conversion.Export<LogEntry>) convert(first)).payload();
    assertThat(again.nanos()).isEqualTo(one.nanos());
    assertThat(again.line()).isEqualTo(one.line());
  }

  @Test
  void lineThatCannotBeWrittenFailsAloneBeforeAnythingIsSent() throws Exception {
    LogEntry good = entry(log(LogLevel.INFO, "a", null));
    LogEntry bad =
        new LogEntry(
            good.stream(),
            1,
            good.metadata(),
            new LogEntry.Text(
                () -> {
                  throw new IllegalStateException("not to be written");
                }));
    HttpPush nowhere =
        new HttpPush(URI.create("http://127.0.0.1:9/"), Map.of(), Duration.ofSeconds(5), null);
    try (LokiBackend backend = new LokiBackend(nowhere, "aragora", "default", true)) {
      Answer<LogEntry> answer =
          backend
              .send(new ArrayList<>(List.of(good, bad)))
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS);

      Answer.Permanent<LogEntry> failure = (Answer.Permanent<LogEntry>) answer;
      assertThat(failure.reason()).isEqualTo(Answer.Reason.UNCONVERTIBLE);
      assertThat(failure.message()).contains("not to be written");
      assertThat(failure.causes().test(bad)).isTrue();
      assertThat(failure.causes().test(good)).isFalse();
    }
  }

  /** A batch whose answer is overdue is sent again while the first sender is still at it. */
  @Test
  void lineIsWrittenOnceByTwoSendersAtATime() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger written = new AtomicInteger();
    LogEntry entry =
        new LogEntry(
            new LogEntry.Stream("INFO", "api-1", "aragora.logs", 0),
            1,
            new LogEntry.Metadata("t", null, null),
            new LogEntry.Text(
                () -> {
                  written.incrementAndGet();
                  begun.countDown();
                  try {
                    goOn.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  return "line".getBytes(UTF_8);
                }));
    CompletableFuture<String> first = CompletableFuture.supplyAsync(entry::line);
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    AtomicReference<String> second = new AtomicReference<>();
    Thread again = new Thread(() -> second.set(entry.line()));
    again.start();
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> written.get() > 1 || again.getState() == Thread.State.BLOCKED);
    goOn.countDown();

    assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("line");
    again.join(10_000);
    assertThat(second.get()).isEqualTo("line");
    assertThat(written).hasValue(1);
  }

  @Test
  void domainEventsThatMatterAreLines() throws IOException {
    LogEntry call =
        entry(
            new AgentCallCompleted(
                "c",
                "gpt",
                CallStatus.TIMEOUT,
                1_500_000_000L,
                null,
                null,
                null,
                null,
                null,
                "TimeoutError",
                "d-1",
                1L));
    assertThat(call.stream().level()).isEqualTo("WARNING");
    assertThat(json(call).get("message").asText())
        .isEqualTo("Call of agent gpt failed: TimeoutError");
    assertThat(json(call).get("fields").get("duration_seconds").decimalValue())
        .isEqualByComparingTo("1.5");

    LogEntry request = entry(new RequestCompleted("r", "GET", "/x?token=hunter2", 500, 1L, null));
    assertThat(request.stream().level()).isEqualTo("ERROR");
    assertThat(request.line()).doesNotContain("hunter2");

    assertThat(
            convert(TestEvents.event("e", new RequestCompleted("r", "GET", "/x", 404, 1L, null))))
        .isEqualTo(new Conversion.Skip<>("other_type"));
  }

  @Test
  void linesBelowTheLowestLevelAreSkipped() {
    environment.put("ARAGORA_TELEMETRY_LOGS_MIN_LEVEL", "warning");

    assertThat(convert(TestEvents.event("e", log(LogLevel.INFO, "a", null))))
        .isEqualTo(new Conversion.Skip<>("below_level"));
    assertThat(convert(TestEvents.event("e", log(LogLevel.CRITICAL, "a", null))))
        .isInstanceOf(Conversion.Export.class);
  }

  @Test
  void lineOverTheLimitIsCutWithAMarkAndStaysJson() throws IOException {
    for (String piece : List.of("x", "\"", "\u0001", "€", "😀")) {
      LogEntry entry = entry(log(LogLevel.INFO, piece.repeat(900_000 / 6), null));
      assertThat(entry.line().getBytes(UTF_8).length)
          .as(piece)
          .isLessThanOrEqualTo(LineWriter.MAX_BYTES);
      JsonNode json = json(entry);
      if (json.has("cut")) {
        assertThat(json.get("message").asText()).endsWith("…[cut]");
        assertThat(entry.line().getBytes(UTF_8).length)
            .as("all that fits: %s", piece)
            .isGreaterThan(LineWriter.MAX_BYTES - 4 * 1024 - 12);
      }
    }
    LogEntry fields = entry(log(LogLevel.INFO, "short", Map.of("big", "y".repeat(400_000))));
    assertThat(json(fields).get("message").asText()).isEqualTo("short");
    assertThat(json(fields).get("cut").asBoolean()).isTrue();
    assertThat(json(fields).has("fields")).isFalse();
  }

  @Test
  void lineOfAClockThatRunsAheadIsWrittenAtAppendTime() throws IOException {
    Event ahead =
        new Event(
            "fast",
            TestEvents.SOURCE,
            TestEvents.TIME.plusSeconds(1800),
            null,
            null,
            null,
            log(LogLevel.ERROR, "clock 30 min fast", null));

    LogEntry entry = ((Conversion.Export<LogEntry>) convert(ahead)).payload();

    assertThat(entry.nanos() / 1_000_000).isEqualTo(TestEvents.TIME.toEpochMilli());
    assertThat(json(entry).get("timestamp").asText()).startsWith("2026-11-24T12:00:00.123");
    assertThat(json(entry).get("event_time").asText()).isEqualTo("2026-11-24T12:30:00.123456Z");
    assertThat(json(entry(log(LogLevel.INFO, "right", null))).has("event_time")).isFalse();
  }

  @Test
  void instancesOverTheLimitShareALabelUntilOneIsIdle() {
    InstanceLabels labels = new InstanceLabels(2);

    assertThat(labels.of("a", 0)).isEqualTo("a");
    assertThat(labels.of("b", 1)).isEqualTo("b");
    assertThat(labels.of("c", 2)).isEqualTo("other");
    assertThat(labels.of("b", 3_600_001)).isEqualTo("b");
    assertThat(labels.of("c", 3_600_001)).isEqualTo("c");
    assertThat(labels.of("a", 3_600_001)).isEqualTo("other");
  }

  @Test
  void linesOfTheSampleDebateHaveItsTrace() {
    List<String> lines = new ArrayList<>();
    Converter<LogEntry> converter = converter();
    for (Event event : TestEvents.sampleDebate()) {
      InputTopic topic = event.type().topic();
      if (converter.convert(TestEvents.record(topic.under("aragora."), 0, offset++, event))
          instanceof Conversion.Export<LogEntry> export) {
        lines.add(export.payload().nanos() + " " + export.payload().line());
      }
    }
    Documentation.assertBlock("lines of a debate", "```\n" + String.join("\n", lines) + "\n```\n");
  }

  @Test
  void everyTextOfALineIsCutBetweenCharacters() throws IOException {
    for (int bound : new int[] {128, 512}) {
      for (String longText : AstralTexts.around(bound)) {
        String text = Unicode.cut(longText, 1_000);
        LogEmitted data =
            new LogEmitted(
                LogLevel.INFO, text, text, text, text, 1L, text, text, text, Map.of("a", text));
        Event event = new Event("e", "/x/" + text, TestEvents.TIME, null, null, null, data);
        LogEntry entry = ((Conversion.Export<LogEntry>) convert(event)).payload();
        assertThat(Unicode.isWellFormed(json(entry).toString())).isTrue();
        assertThat(json(entry).get("message").asText()).isEqualTo(text);
        assertThat(entry.toString()).matches(Unicode::isWellFormed);
        assertThat(Unicode.isWellFormed(new InstanceLabels(9).of(text, 0))).isTrue();
      }
    }
  }

  @Test
  void aMessageOverTheLimitIsCutBetweenCharacters() throws IOException {
    for (int shift = 0; shift < 16; shift++) {
      LogEntry entry =
          entry(
              log(LogLevel.INFO, "a".repeat(shift) + "😀".repeat(LineWriter.MAX_BYTES / 12), null));
      assertThat(entry.line().getBytes(UTF_8).length).isLessThanOrEqualTo(LineWriter.MAX_BYTES);
      assertThat(Unicode.isWellFormed(json(entry).toString())).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLineOfTheLargestEventOfATypeFits(EventType type) throws IOException {
    ConsumerRecord<byte[], byte[]> record =
        TestEvents.record(
            type.topic().under("aragora."), 0, offset++, new LargestEvents(7).value(type));
    Conversion<LogEntry> converted = converter().convert(record);
    assertThat(converted).isNotEqualTo(new Conversion.Skip<>("invalid"));
    if (converted instanceof Conversion.Export<LogEntry> export) {
      LogEntry entry = export.payload();
      assertThat(entry.line().getBytes(UTF_8).length).isLessThanOrEqualTo(LineWriter.MAX_BYTES);
      assertThat(entry.stream().instance().codePoints().count()).isLessThanOrEqualTo(128);
      assertThat(json(entry).toString()).matches(Unicode::isWellFormed);
    } else {
      assertThat(type).isNotEqualTo(EventType.LOG_EMITTED);
    }
  }
}
