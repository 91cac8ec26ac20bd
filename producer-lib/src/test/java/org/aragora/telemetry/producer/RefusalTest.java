package org.aragora.telemetry.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.aragora.telemetry.producer.report.DropReason;
import org.aragora.telemetry.producer.stamp.EventContext;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.event.WebsocketClosed;
import org.aragora.telemetry.schemas.event.WebsocketOpened;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The producer takes what the reader takes, and nothing else. */
@Timeout(120)
class RefusalTest {
  private static final List<String> TEXTS =
      Arrays.asList(
          null,
          "",
          "a",
          "\0",
          "?",
          "\ud800",
          "x\udc00y\ud83d",
          "😀".repeat(1_024),
          "😀".repeat(1_025),
          "\udfff".repeat(1_024),
          "e".repeat(4_096),
          "e".repeat(4_097),
          "x".repeat(560_000),
          "\u0001".repeat(70_000),
          "/aragora/telemetry",
          "\uFEFF");
  private static final long[] NUMBERS = {
    Long.MIN_VALUE, -1, 0, 1, 10_000_000, 10_000_001, 1L << 53, Long.MAX_VALUE
  };

  private final Random random = new Random(12);
  private final MockProducer<byte[], byte[]> broker = Broker.acknowledging(4);

  private TelemetryProducer producer() {
    return TelemetryProducer.builder("api-1")
        .client(() -> broker)
        .heartbeatInterval(Duration.ZERO)
        .build();
  }

  private String text() {
    return TEXTS.get(random.nextInt(random.nextBoolean() ? 4 : TEXTS.size()));
  }

  private long number() {
    return NUMBERS[random.nextInt(NUMBERS.length)];
  }

  private Duration duration() {
    return random.nextInt(4) == 0 ? Duration.ofSeconds(number()) : Duration.ofMillis(5);
  }

  private EventData any() {
    double rating = random.nextInt(3) == 0 ? Double.NaN : 1500;
    return switch (random.nextInt(9)) {
      case 0 ->
          DebateStarted.of(text(), Arrays.asList(text(), text()))
              .withDomain(text())
              .withTask(text())
              .withTimeout(duration());
      case 1 -> RoundCompleted.of(text(), number(), duration());
      case 2 ->
          DebateCompleted.of(text(), DebateOutcome.TIMEOUT, duration())
              .withDomain(text())
              .withError(text());
      case 3 -> EloUpdated.of(text(), rating).withDebateId(text()).withDomain(text());
      case 4 -> RequestCompleted.of(text(), text(), text(), 200, duration()).withUserId(text());
      case 5 -> WebsocketOpened.of(text(), number());
      case 6 -> WebsocketClosed.of(text(), number());
      case 7 ->
          AgentCallCompleted.of(text(), text(), CallStatus.SUCCESS, duration())
              .withModel(text())
              .withErrorType(text())
              .withTokens(number(), number())
              .withDebateId(text());
      default -> log();
    };
  }

  private LogEmitted log() {
    Map<String, Object> odd = new HashMap<>();
    for (int i = 0; i < 3; i++) {
      odd.put(text(), List.of(String.valueOf(text())));
    }
    if (random.nextInt(9) == 0) {
      odd.put("wide", Collections.nCopies(10_000 + random.nextInt(2), 1L));
    }
    return LogEmitted.of(LogLevel.INFO, String.valueOf(text()), String.valueOf(text()))
        .withSource(text(), text(), number())
        .withRequestId(text())
        .withField("odd", odd);
  }

  @Test
  void whatIsAcceptedIsValidAndWhatIsRefusedIsCounted() {
    JsonEventCodec codec = JsonEventCodec.create();
    int accepted = 0;
    int refused = 0;
    try (TelemetryProducer telemetry = producer()) {
      for (int i = 0; i < 6_000; i++) {
        EventContext context = random.nextBoolean() ? null : new EventContext(text(), text(), null);
        boolean taken = telemetry.emit(any(), context);
        accepted += taken ? 1 : 0;
        refused += taken ? 0 : 1;
        if (i % 100 == 0) {
          telemetry.flush(Duration.ofSeconds(20));
        }
      }
      assertThat(telemetry.flush(Duration.ofSeconds(20))).isTrue();

      Map<DropReason, Long> dropped = new LinkedHashMap<>();
      telemetry
          .stats()
          .topics()
          .values()
          .forEach(
              topic -> topic.reasons().forEach((reason, n) -> dropped.merge(reason, n, Long::sum)));
      assertThat(dropped.keySet()).isSubsetOf(DropReason.INVALID, DropReason.TOO_LARGE);
      assertThat(dropped.values().stream().mapToLong(n -> n).sum()).isEqualTo(refused);
    }
    assertThat(accepted).isGreaterThan(500);
    assertThat(refused).isGreaterThan(500);
    assertThat(broker.history()).hasSize(accepted);
    for (ProducerRecord<byte[], byte[]> record : broker.history()) {
      InputTopic topic = InputTopic.byName(Broker.PREFIX, record.topic());
      assertThat(
              codec.decode(
                  topic,
                  record.key(),
                  record.headers(),
                  record.value(),
                  System.currentTimeMillis()))
          .isInstanceOf(Decoded.Valid.class);
    }
  }

  @Test
  void aDebateIdOf560000CharactersIsInvalid() {
    try (TelemetryProducer telemetry = producer()) {
      assertThat(telemetry.debateStarted("x".repeat(560_000), List.of("claude"))).isFalse();
      assertThat(telemetry.debateStarted("😀".repeat(1_024), List.of("claude"))).isTrue();

      assertThat(telemetry.stats().topics().get("aragora.debates").reasons())
          .containsExactly(Map.entry(DropReason.INVALID, 1L));
    }
  }

  @Test
  void theKeyIsTheIdAsReadersGetIt() {
    try (TelemetryProducer telemetry = producer()) {
      telemetry.debateStarted("d\ud800", List.of());
      telemetry.flush(Duration.ofSeconds(20));

      assertThat(new String(broker.history().get(0).key(), java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo("d\uFFFD");
    }
  }

  @Test
  void aContextOfAnotherFormCostsTheEventNothing() {
    try (TelemetryProducer telemetry = producer()) {
      EventContext context = new EventContext("x".repeat(2_000_000), "y".repeat(2_000_000), null);

      assertThat(telemetry.emit(RoundCompleted.of("d", 1, Duration.ZERO), context)).isTrue();
    }
  }

  @Test
  void theSourceOfTheProcessorIsRefusedFromAHost() {
    String end =
        """
        {"specversion":"1.0","id":"timeout:d:s","source":"/aragora/telemetry",\
        "type":"ai.aragora.debate.completed.v1","time":"2026-11-24T12:00:00Z",\
        "data":{"debate_id":"d","outcome":"timeout","duration_seconds":1}}\
        """;
    try (TelemetryProducer telemetry = producer()) {
      byte[] value = end.getBytes(java.nio.charset.StandardCharsets.UTF_8);

      assertThat(telemetry.emitAsIs(InputTopic.DEBATES, null, value)).isFalse();
      assertThat(telemetry.stats().topics().get("aragora.debates").reasons())
          .containsExactly(Map.entry(DropReason.INVALID, 1L));
    }
  }

  @Test
  void textsAreCutBetweenCodePoints() {
    try (TelemetryProducer telemetry = producer()) {
      telemetry.log(LogLevel.INFO, "l", "😀".repeat(70_000));
      telemetry.flush(Duration.ofSeconds(20));

      LogEmitted log = (LogEmitted) Broker.events(broker, InputTopic.LOGS).get(0).data();
      assertThat(log.message()).isEqualTo("😀".repeat(65_536) + "… [cut from 70000 characters]");
    }
  }
}
