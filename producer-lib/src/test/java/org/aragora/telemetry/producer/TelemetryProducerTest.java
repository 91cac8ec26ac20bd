package org.aragora.telemetry.producer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.aragora.telemetry.producer.report.DropReason;
import org.aragora.telemetry.producer.report.ProducerStats;
import org.aragora.telemetry.producer.report.TelemetryListener;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.InstanceHeartbeat;
import org.aragora.telemetry.schemas.event.InstanceStopped;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class TelemetryProducerTest {
  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00.123456Z");

  private final MockProducer<byte[], byte[]> broker = Broker.acknowledging(4);
  private final MockProducer<byte[], byte[]> silent = Broker.silent(4);

  private static ProducerBuilder to(MockProducer<byte[], byte[]> client) {
    return TelemetryProducer.builder("api-1").client(() -> client);
  }

  private static ProducerStats.TopicStats stats(TelemetryProducer telemetry, InputTopic topic) {
    return telemetry.stats().topics().get(topic.under(Broker.PREFIX));
  }

  private static RequestCompleted request(String id) {
    return RequestCompleted.of(id, "GET", "/api/debates", 200, Duration.ofMillis(42));
  }

  @Test
  void eventIsStampedWithIdSourceTimeEpochAndSeq() {
    try (TelemetryProducer telemetry =
        to(broker).clock(Clock.fixed(NOON, ZoneOffset.UTC)).build()) {
      assertThat(telemetry.emit(request("r-1").withUserId("u-1"))).isTrue();
      assertThat(telemetry.flush(Duration.ofSeconds(5))).isTrue();

      ProducerRecord<byte[], byte[]> record = Broker.sent(broker, InputTopic.REQUESTS).get(0);
      JsonNode json = Broker.json(record);
      assertThat(json.get("specversion").asText()).isEqualTo("1.0");
      assertThat(json.get("id").asText()).matches("[0-9A-HJKMNP-TV-Z]{26}");
      assertThat(json.get("source").asText()).isEqualTo("/aragora/instances/api-1");
      assertThat(json.get("type").asText()).isEqualTo("ai.aragora.request.completed.v1");
      assertThat(json.get("time").asText()).isEqualTo("2026-11-24T12:00:00.123456Z");
      assertThat(json.get("epoch").asText()).matches("[0-9a-hjkmnp-tv-z]{26}");
      assertThat(json.get("seq").asLong()).isEqualTo(1);
      assertThat(json.has("traceparent")).isFalse();
      assertThat(record.key()).asString().isEqualTo("r-1");
      assertThat(new String(record.headers().lastHeader("content-type").value()))
          .isEqualTo("application/cloudevents+json");
      assertThat(record.partition())
          .isEqualTo(BuiltInPartitioner.partitionForKey("r-1".getBytes(), 4));
      assertThat(Broker.event(InputTopic.REQUESTS, record.value()).data())
          .isEqualTo(new RequestCompleted("r-1", "GET", "/api/debates", 200, 42_000_000L, "u-1"));
    }
  }

  @Test
  void everyMethodWritesAnEventThatCounts() {
    try (TelemetryProducer telemetry = to(broker).build()) {
      assertThat(
              List.of(
                  telemetry.debateStarted("d-1", List.of("claude", "gpt")),
                  telemetry.emit(
                      DebateStarted.of("d-2", List.of("claude"))
                          .withDomain("health")
                          .withTask("why")
                          .withPlannedRounds(3)
                          .withTimeout(Duration.ofMinutes(5))),
                  telemetry.roundCompleted("d-1", 1, Duration.ofSeconds(9)),
                  telemetry.debateCompleted("d-1", DebateOutcome.TIMEOUT, Duration.ofSeconds(9)),
                  telemetry.emit(
                      DebateCompleted.of("d-2", DebateOutcome.ERROR, Duration.ofSeconds(9))
                          .withRounds(1)
                          .withConfidence(0.5)
                          .withDomain("health")
                          .withError("broken")),
                  telemetry.eloUpdated("claude", 1510.5),
                  telemetry.emit(
                      EloUpdated.of("gpt", 1490)
                          .withPreviousRating(1500)
                          .withDebateId("d-1")
                          .withDomain("health")),
                  telemetry.requestCompleted("r-1", "GET", "/", 200, Duration.ofMillis(1)),
                  telemetry.websocketOpened("w-1", 1),
                  telemetry.websocketClosed("w-1", 0),
                  telemetry.agentCallCompleted(
                      "c-1", "claude", CallStatus.SUCCESS, Duration.ofSeconds(2)),
                  telemetry.emit(
                      AgentCallCompleted.of("c-2", "gpt", CallStatus.ERROR, Duration.ofSeconds(2))
                          .withOperation("vote")
                          .withModel("m")
                          .withProvider("p")
                          .withTokens(10, 20)
                          .withErrorType("RateLimit")
                          .withDebateId("d-1")
                          .withRound(1)),
                  telemetry.log(LogLevel.INFO, "aragora", "hello"),
                  telemetry.emit(
                      LogEmitted.of(LogLevel.ERROR, "aragora", "no")
                          .withSource("m", "f", 3)
                          .withRequestId("r")
                          .withUserId("u")
                          .withDebateId("d-1")
                          .withField("n", 1L)
                          .withField("list", List.of(1L, "x")))))
          .doesNotContain(false);
      assertThat(telemetry.flush(Duration.ofSeconds(5))).isTrue();
    }

    Set<EventType> types = new HashSet<>();
    for (InputTopic topic : InputTopic.values()) {
      Broker.events(broker, topic).forEach(event -> types.add(event.type()));
    }
    assertThat(types).as("nine of the methods, two of the producer").hasSize(11);
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeOfEventGoesOutAsItsRecord(EventType type) throws IOException {
    byte[] sample = Broker.sample(type);
    EventData data = Broker.event(type.topic(), sample).data();
    try (TelemetryProducer telemetry = to(broker).heartbeatInterval(Duration.ZERO).build()) {
      assertThat(telemetry.emit(data)).isTrue();
      assertThat(telemetry.flush(Duration.ofSeconds(5))).isTrue();
    }

    assertThat(Broker.events(broker, type.topic())).extracting(Event::data).containsExactly(data);
  }

  @Test
  void numbersHaveNoGapsUnderEightThreads() throws Exception {
    int perThread = 2_000;
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (TelemetryProducer telemetry = to(broker).build()) {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        int id = thread;
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < perThread; i++) {
                    telemetry.emit(request(id + "-" + i));
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
      assertThat(telemetry.flush(Duration.ofSeconds(20))).isTrue();
      assertThat(stats(telemetry, InputTopic.REQUESTS).acknowledged()).isEqualTo(8 * perThread);
    } finally {
      threads.shutdownNow();
    }

    assertThat(Broker.sent(broker, InputTopic.REQUESTS)).hasSize(8 * perThread);
    assertNumbersAreGaplessAndInOrder(InputTopic.REQUESTS);
    assertThat(Broker.events(broker, InputTopic.REQUESTS).stream().map(Event::id).distinct())
        .hasSize(8 * perThread);
  }

  private void assertNumbersAreGaplessAndInOrder(InputTopic topic) {
    Map<Integer, List<Long>> seqs = new HashMap<>();
    for (ProducerRecord<byte[], byte[]> record : Broker.sent(broker, topic)) {
      seqs.computeIfAbsent(record.partition(), p -> new ArrayList<>())
          .add(Broker.json(record).get("seq").asLong());
    }
    seqs.values()
        .forEach(
            s ->
                assertThat(s)
                    .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, s.size()).boxed().toList()));
  }

  @Test
  void whatDoesNotFitIsDroppedAndCountedExactly() {
    try (TelemetryProducer telemetry =
        to(silent).queue(100, 4 * 1024 * 1024).heartbeatInterval(Duration.ZERO).build()) {
      int accepted = 0;
      for (int i = 0; i < 350; i++) {
        accepted += telemetry.emit(request("r-" + i)) ? 1 : 0;
      }

      ProducerStats.TopicStats stats = stats(telemetry, InputTopic.REQUESTS);
      assertThat(accepted).isEqualTo(100);
      assertThat(stats.offered()).isEqualTo(350);
      assertThat(stats.queued()).isEqualTo(100);
      assertThat(stats.reasons()).containsExactly(Map.entry(DropReason.FULL, 250L));
      telemetry.close(Duration.ZERO);
      assertThat(stats(telemetry, InputTopic.REQUESTS))
          .isEqualTo(
              new ProducerStats.TopicStats(
                  350, 0, 350, 0, Map.of(DropReason.FULL, 250L, DropReason.UNDELIVERED, 100L)));
    }
  }

  @Test
  void queueIsBoundedInBytesToo() {
    try (TelemetryProducer telemetry =
        to(silent).queue(1_000_000, 4 * 1024 * 1024).heartbeatInterval(Duration.ZERO).build()) {
      String text = "x".repeat(60_000);
      int accepted = 0;
      for (int i = 0; i < 200; i++) {
        accepted += telemetry.log(LogLevel.INFO, "aragora", text) ? 1 : 0;
      }
      assertThat(accepted).isBetween(60, 69);
      telemetry.close(Duration.ZERO);
    }
  }

  @Test
  void fullTopicCostsNoOtherTopic() {
    try (TelemetryProducer telemetry = to(silent).queue(10, 4 * 1024 * 1024).build()) {
      for (int i = 0; i < 50; i++) {
        telemetry.log(LogLevel.INFO, "aragora", "flood");
      }
      assertThat(telemetry.debateStarted("d-1", List.of("claude"))).isTrue();
      telemetry.close(Duration.ZERO);
    }
  }

  @Test
  void roomComesBackWithTheAcknowledgement() {
    try (TelemetryProducer telemetry =
        to(silent).queue(1, 4 * 1024 * 1024).heartbeatInterval(Duration.ZERO).build()) {
      assertThat(telemetry.emit(request("r-1"))).isTrue();
      assertThat(telemetry.emit(request("r-2"))).isFalse();
      await().until(() -> silent.completeNext());
      assertThat(telemetry.emit(request("r-3"))).isTrue();
      telemetry.close(Duration.ZERO);
    }
  }

  @Test
  void emitWaitsNoLongerThanItsBound() {
    try (TelemetryProducer telemetry =
        to(silent).queue(1, 4 * 1024 * 1024).emitWait(Duration.ofMillis(100)).build()) {
      telemetry.emit(request("r-1"));
      long start = System.nanoTime();
      assertThat(telemetry.emit(request("r-2"))).isFalse();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(100), Duration.ofSeconds(5));
      telemetry.close(Duration.ZERO);
    }
  }

  @Test
  void interruptedCallerIsAnsweredAtOnceAndStaysInterrupted() {
    try (TelemetryProducer telemetry =
        to(silent).queue(1, 4 * 1024 * 1024).emitWait(Duration.ofSeconds(30)).build()) {
      telemetry.emit(request("r-1"));
      Thread.currentThread().interrupt();
      assertThat(telemetry.emit(request("r-2"))).isFalse();
      assertThat(Thread.interrupted()).isTrue();
      telemetry.close(Duration.ZERO);
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void nothingThatTheHostHandsInThrows() {
    try (TelemetryProducer telemetry = to(broker).build()) {
      assertThatNoException()
          .isThrownBy(
              () -> {
                assertThat(
                        List.of(
                            telemetry.debateStarted(null, null),
                            telemetry.debateStarted("d", Arrays.asList("claude", null)),
                            telemetry.emit(DebateStarted.of("d", null).withTask(null)),
                            telemetry.debateStarted("", List.of()),
                            telemetry.roundCompleted("d", 1, null),
                            telemetry.roundCompleted("d", -1, Duration.ZERO),
                            telemetry.debateCompleted("d", null, Duration.ZERO),
                            telemetry.debateCompleted(
                                "d", DebateOutcome.ERROR, Duration.ofSeconds(Long.MAX_VALUE)),
                            telemetry.eloUpdated("claude", Double.NaN),
                            telemetry.eloUpdated("claude", Double.POSITIVE_INFINITY),
                            telemetry.requestCompleted("r", "GET", "/", 200, null),
                            telemetry.requestCompleted("r", "GET", "/", 99, Duration.ZERO),
                            telemetry.emit(request(null)),
                            telemetry.websocketOpened(null, 1),
                            telemetry.websocketClosed("w", -1),
                            telemetry.agentCallCompleted("c", "a", null, Duration.ZERO),
                            telemetry.log(LogLevel.INFO, "aragora", null),
                            telemetry.emit(null),
                            telemetry.emit(null, null)))
                    .doesNotContain(true);
              });
      long dropped =
          telemetry.stats().topics().values().stream()
              .mapToLong(topic -> topic.reasons().getOrDefault(DropReason.INVALID, 0L))
              .sum();
      assertThat(dropped).isEqualTo(17);
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void oddFieldsOfALogLineCostNothingButThemselves() {
    Map<String, Object> cyclic = new HashMap<>();
    cyclic.put("self", cyclic);
    try (TelemetryProducer telemetry = to(broker).build()) {
      LogEmitted line =
          LogEmitted.of(LogLevel.INFO, "a", "m")
              .withField("nan", Double.NaN)
              .withField(null, 1L)
              .withField("object", new Object())
              .withField("cyclic", cyclic)
              .withField("good", 2L);
      assertThat(telemetry.emit(line)).isTrue();
      telemetry.flush(Duration.ofSeconds(5));

      LogEmitted log = (LogEmitted) Broker.events(broker, InputTopic.LOGS).get(0).data();
      assertThat(log.fields()).containsEntry("good", 2L);
    }
  }

  @Test
  void valueOverOneMebibyteIsDroppedAndLongTextIsCut() {
    try (TelemetryProducer telemetry = to(broker).build()) {
      telemetry.emit(LogEmitted.of(LogLevel.INFO, "a", "m").withField("f", "x".repeat(1_048_576)));
      telemetry.log(LogLevel.INFO, "a", "y".repeat(70_000));
      telemetry.flush(Duration.ofSeconds(5));

      assertThat(stats(telemetry, InputTopic.LOGS).reasons())
          .containsExactly(Map.entry(DropReason.TOO_LARGE, 1L));
      LogEmitted log = (LogEmitted) Broker.events(broker, InputTopic.LOGS).get(0).data();
      assertThat(log.message()).hasSizeLessThan(65_600).endsWith("… [cut from 70000 characters]");
    }
  }

  @Test
  void closedProducerDropsAndCounts() {
    TelemetryProducer telemetry = to(broker).build();
    telemetry.close();
    telemetry.close();

    assertThat(telemetry.emit(request("r-1"))).isFalse();
    assertThat(stats(telemetry, InputTopic.REQUESTS).reasons())
        .containsExactly(Map.entry(DropReason.CLOSED, 1L));
  }

  @Test
  void brokenListenerHurtsNobody() {
    AtomicLong heard = new AtomicLong();
    TelemetryListener broken =
        new TelemetryListener() {
          @Override
          public void dropped(String topic, DropReason reason, long count, String message) {
            heard.addAndGet(count);
            throw new AssertionError("broken");
          }
        };
    try (TelemetryProducer telemetry = to(broker).listener(broken).build()) {
      assertThat(telemetry.eloUpdated("claude", Double.NaN)).isFalse();
      assertThat(heard).hasValue(1);
    }
  }

  @Test
  void listenerThatEmitsDoesNotLoop() {
    List<TelemetryProducer> self = new ArrayList<>();
    TelemetryListener talkative =
        new TelemetryListener() {
          @Override
          public void dropped(String topic, DropReason reason, long count, String message) {
            self.get(0).eloUpdated("claude", Double.NaN);
          }
        };
    try (TelemetryProducer telemetry = to(broker).listener(talkative).build()) {
      self.add(telemetry);
      telemetry.eloUpdated("claude", Double.NaN);
      assertThat(stats(telemetry, InputTopic.DEBATES).dropped()).isEqualTo(2);
    }
  }

  @Test
  void acceptedEventThatFinallyFailsIsCountedAndItsNumberIsNotUsedAgain() {
    try (TelemetryProducer telemetry = to(silent).heartbeatInterval(Duration.ZERO).build()) {
      telemetry.debateStarted("d-1", List.of("claude"));
      await().until(() -> silent.errorNext(new TimeoutException("delivery timeout")));
      telemetry.debateStarted("d-1", List.of("claude"));
      await().until(silent::completeNext);
      assertThat(telemetry.flush(Duration.ofSeconds(5))).isTrue();

      assertThat(Broker.sent(silent, InputTopic.DEBATES))
          .extracting(r -> Broker.json(r).get("seq").asLong())
          .containsExactly(1L, 2L);
      assertThat(stats(telemetry, InputTopic.DEBATES).reasons())
          .containsExactly(Map.entry(DropReason.UNDELIVERED, 1L));
      assertThat(stats(telemetry, InputTopic.DEBATES).acknowledged()).isEqualTo(1);
    }
  }

  @Test
  void failureThatMayPassIsSentAgainUnderTheSameNumber() {
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    TelemetryListener listener =
        new TelemetryListener() {
          @Override
          public void sendFailed(String topic, Throwable cause) {
            failures.add(cause);
          }
        };
    try (TelemetryProducer telemetry =
        to(silent).listener(listener).heartbeatInterval(Duration.ZERO).build()) {
      telemetry.debateStarted("d-1", List.of("claude"));
      await().until(() -> silent.errorNext(new TopicAuthorizationException("aragora.debates")));
      await().until(silent::completeNext);
      assertThat(telemetry.flush(Duration.ofSeconds(5))).isTrue();

      List<ProducerRecord<byte[], byte[]>> sent = Broker.sent(silent, InputTopic.DEBATES);
      assertThat(sent).hasSize(2);
      assertThat(sent.get(0).value()).isEqualTo(sent.get(1).value());
      assertThat(failures).hasSize(1);
      assertThat(stats(telemetry, InputTopic.DEBATES).acknowledged()).isEqualTo(1);
    }
  }

  @Test
  void recordThatTheBrokerRefusesIsGivenUp() {
    try (TelemetryProducer telemetry = to(silent).heartbeatInterval(Duration.ZERO).build()) {
      telemetry.debateStarted("d-1", List.of("claude"));
      await().until(() -> silent.errorNext(new RecordTooLargeException("no")));
      assertThat(telemetry.flush(Duration.ofSeconds(5))).isTrue();
      assertThat(stats(telemetry, InputTopic.DEBATES).dropped()).isEqualTo(1);
    }
  }

  @Test
  void sendThatThrowsIsTriedAgain() {
    broker.sendException = new TimeoutException("buffer");
    try (TelemetryProducer telemetry = to(broker).heartbeatInterval(Duration.ZERO).build()) {
      telemetry.debateStarted("d-1", List.of("claude"));
      assertThat(telemetry.flush(Duration.ofMillis(200))).isFalse();
      broker.sendException = null;
      assertThat(telemetry.flush(Duration.ofSeconds(10))).isTrue();
      assertThat(stats(telemetry, InputTopic.DEBATES).acknowledged()).isEqualTo(1);
      assertThat(stats(telemetry, InputTopic.DEBATES).dropped()).isZero();
    }
  }

  @Test
  void heartbeatsCarryAcknowledgedAndDropped() {
    try (TelemetryProducer telemetry =
        to(broker).heartbeatInterval(Duration.ofSeconds(1)).build()) {
      telemetry.websocketOpened("w-1", 7);
      telemetry.eloUpdated("claude", Double.NaN);

      await()
          .atMost(20, SECONDS)
          .untilAsserted(
              () -> {
                List<Event> beats = Broker.events(broker, InputTopic.INSTANCES);
                InstanceHeartbeat last = (InstanceHeartbeat) beats.get(beats.size() - 1).data();
                assertThat(last.instanceId()).isEqualTo("api-1");
                assertThat(last.websocketConnections()).isEqualTo(7);
                assertThat(last.intervalNanos()).isEqualTo(1_000_000_000L);
                assertThat(last.emitted()).containsEntry("aragora.requests", 1L);
                assertThat(last.dropped())
                    .containsEntry("aragora.debates", 1L)
                    .containsEntry("aragora.requests", 0L);
              });
      assertThat(new String(Broker.sent(broker, InputTopic.INSTANCES).get(0).key()))
          .isEqualTo("/aragora/instances/api-1");
    }
  }

  @Test
  void lastHeartbeatAndStoppedComeAfterEverythingElseIsAcknowledged() {
    try (TelemetryProducer telemetry = to(broker).build()) {
      for (int i = 0; i < 100; i++) {
        telemetry.emit(request("r-" + i));
      }
    }

    List<Event> beats = Broker.events(broker, InputTopic.INSTANCES);
    assertThat(beats).hasSize(3);
    assertThat(beats.get(0).data()).isInstanceOf(InstanceHeartbeat.class);
    assertThat(((InstanceHeartbeat) beats.get(1).data()).emitted())
        .containsEntry("aragora.requests", 100L);
    assertThat(beats.get(2).data()).isEqualTo(new InstanceStopped("api-1"));
    assertThat(Broker.sent(broker, InputTopic.REQUESTS)).hasSize(100);
    assertThat(broker.closed()).isTrue();
  }

  @Test
  void closeKeepsItsBoundAndCountsWhatIsLeft() {
    TelemetryProducer telemetry = to(silent).build();
    for (int i = 0; i < 50; i++) {
      telemetry.emit(request("r-" + i));
    }
    long start = System.nanoTime();
    telemetry.close(Duration.ofMillis(500));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    ProducerStats.TopicStats stats = stats(telemetry, InputTopic.REQUESTS);
    assertThat(stats.dropped()).isEqualTo(50);
    assertThat(stats.queued()).isZero();
  }

  @Test
  void unreachableBrokerBlocksNobody() {
    long start = System.nanoTime();
    TelemetryProducer telemetry =
        TelemetryProducer.builder("api-1").bootstrapServers("127.0.0.1:1").build();
    for (int i = 0; i < 1_000; i++) {
      telemetry.emit(request("r-" + i));
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    start = System.nanoTime();
    telemetry.close(Duration.ofMillis(200));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    assertThat(stats(telemetry, InputTopic.REQUESTS).dropped()).isEqualTo(1_000);
  }

  @Test
  void nameThatDoesNotResolveYetDoesNotStopTheStart() {
    TelemetryProducer telemetry =
        TelemetryProducer.builder("api-1").bootstrapServers("nowhere.invalid:9092").build();
    assertThat(telemetry.emit(request("r-1"))).isTrue();
    telemetry.close(Duration.ofMillis(100));
    assertThat(stats(telemetry, InputTopic.REQUESTS).dropped()).isEqualTo(1);
  }
}
