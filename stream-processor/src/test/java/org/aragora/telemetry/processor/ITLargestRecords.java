package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Records as large as the input topics take them, on a broker with Kafka's own limits. */
class ITLargestRecords {
  private static final int VALUE_BYTES = 1_040_000;
  private static final int NAME_CHARS = 1024;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();
  @TempDir Path directory;

  private final Random random = new Random(12);

  @Test
  void recordsWithIdsOf600KilobytesStopNothing() {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      ProcessorService processor = pipe.start();
      Instant now = Instant.now();
      String huge = text(600_000);
      pipe.send("instances", 0, null, TestEvents.heartbeat(huge, now, 10, 5));
      pipe.send("debates", 0, null, TestEvents.debateStarted(huge, now, 60));
      pipe.send("debates", 0, null, TestEvents.debateCompleted(huge, now, "timeout"));
      pipe.send(
          "debates", 0, TestEvents.bytes(text(2_000_000)), TestEvents.debateStarted("d", now, 60));
      pipe.send("requests", 0, null, TestEvents.request(huge, now, 200));
      pipe.send("requests", 0, null, TestEvents.request("r", now, 200));
      await()
          .atMost(Pipe.PATIENCE)
          .untilAsserted(
              () -> {
                MetricsPage page = pipe.page();
                assertThat(read(page, pipe.topic("instances"))).isEqualTo(1);
                assertThat(read(page, pipe.topic("debates"))).isEqualTo(3);
                assertThat(read(page, pipe.topic("requests"))).isEqualTo(2);
                assertThat(page.events(pipe.topic("requests"), "counted")).isPositive();
              });
      assertThat(processor.stopped()).isNotDone();
      assertThat(pipe.page().value("aragora_telemetry_process_stopped")).isZero();
    }
  }

  @Test
  void twoHundredMegabytesOfTheLargestEventsFitASmallHeapAndAreExact() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      ServiceProcess processor = processor(pipe);
      processor.start();
      int ofEach = 50;
      for (int i = 0; i < ofEach; i++) {
        send(pipe, "logs", "log.emitted.v1", LOG.formatted(text(VALUE_BYTES)));
        send(
            pipe,
            "requests",
            "request.completed.v1",
            REQUEST.formatted(name(), text(4095), text(VALUE_BYTES)));
        send(pipe, "debates", "debate.started.v1", DEBATE.formatted(name(), text(VALUE_BYTES)));
        send(
            pipe,
            "agent-calls",
            "agent.call_completed.v1",
            CALL.formatted(name(), name(), text(VALUE_BYTES)));
      }
      awaitCounted(pipe, processor, ofEach);
      processor.jvm().kill();
      processor.start();
      awaitCounted(pipe, processor, ofEach);
      assertThat(processor.metrics(Duration.ofSeconds(30)).value("aragora_active_debates"))
          .isEqualTo(ofEach);
      processor.jvm().kill();
    }
  }

  @Test
  void recordsThatCompressionMakesSmallFitASmallHeapToo() throws Exception {
    kafka.createTopics(2);
    try (Pipe pipe = new Pipe(kafka.bootstrapServers(), kafka.prefix())) {
      String message = "x".repeat(VALUE_BYTES);
      for (int i = 0; i < 600; i++) {
        send(pipe, "logs", "log.emitted.v1", LOG.formatted(message));
      }
      byte[] tooLarge = new byte[50 << 20];
      for (int i = 0; i < 30; i++) {
        pipe.send("requests", null, null, tooLarge);
        pipe.send("debates", null, tooLarge, TestEvents.debateStarted("d", Instant.now(), 60));
      }
      ServiceProcess processor = processor(pipe);
      processor.start();
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(IOException.class)
          .failFast(processor::checkAlive)
          .untilAsserted(
              () -> {
                MetricsPage page = processor.metrics(Duration.ofSeconds(5));
                assertThat(page.events(pipe.topic("logs"), "counted")).isEqualTo(600);
                assertThat(page.deadLetters(pipe.topic("requests"), "too_large")).isEqualTo(30);
                assertThat(read(page, pipe.topic("debates"))).isEqualTo(30);
              });
      processor.jvm().kill();
    }
  }

  private static final String LOG = "{\"level\":\"INFO\",\"logger\":\"x\",\"message\":\"%s\"}";
  private static final String REQUEST =
      "{\"request_id\":\"%s\",\"method\":\"GET\",\"endpoint\":\"/%s\",\"status\":200,\"duration_seconds\":1,\"unknown\":\"%s\"}";
  private static final String DEBATE =
      "{\"debate_id\":\"%s\",\"agents\":[\"a\"],\"timeout_seconds\":86400,\"task\":\"%s\"}";
  private static final String CALL =
      "{\"call_id\":\"%s\",\"agent\":\"%s\",\"status\":\"success\",\"duration_seconds\":1,\"unknown\":\"%s\"}";

  private void send(Pipe pipe, String topic, String type, String data) {
    byte[] event =
        TestEvents.bytes(
            "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"%s\",\"epoch\":\"%s\",\"seq\":1,\"type\":\"ai.aragora.%s\",\"time\":\"%s\",\"data\":%s}"
                .formatted(name(), name(), name(), type, Instant.now(), data));
    assertThat(event.length).isLessThanOrEqualTo(1 << 20);
    pipe.send(topic, null, TestEvents.bytes(text(60_000)), event);
  }

  private ServiceProcess processor(Pipe pipe) {
    ServiceProcess processor =
        ServiceProcess.of(
                "processor",
                ProcessorMain.class.getName(),
                new ServiceEnvironment(kafka.bootstrapServers(), kafka.prefix(), directory))
            .options("-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
    pipe.environment().entrySet().stream()
        .filter(entry -> !entry.getKey().equals("METRICS_PORT"))
        .forEach(entry -> processor.set(entry.getKey(), entry.getValue()));
    return processor;
  }

  private static void awaitCounted(Pipe pipe, ServiceProcess processor, int ofEach) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .failFast(processor::checkAlive)
        .untilAsserted(
            () -> {
              MetricsPage page = processor.metrics(Duration.ofSeconds(5));
              for (String topic : new String[] {"logs", "requests", "debates", "agent-calls"}) {
                assertThat(page.events(pipe.topic(topic), "counted")).isEqualTo(ofEach);
              }
              assertThat(
                      LocalHttp.get(processor.metricsPort(), "/health/ready", Duration.ofSeconds(1))
                          .statusCode())
                  .isEqualTo(200);
            });
  }

  private static double read(MetricsPage page, String topic) {
    return page.events(topic, "counted") + page.events(topic, "dead_letter");
  }

  private String name() {
    return text(NAME_CHARS);
  }

  /** Characters that no compression makes much smaller. */
  private String text(int length) {
    char[] letters = new char[length];
    for (int i = 0; i < length; i++) {
      letters[i] = (char) ('A' + random.nextInt(58));
      if (letters[i] == '\\') {
        letters[i] = '-';
      }
    }
    return new String(letters);
  }
}
