package org.aragora.telemetry.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.doctor.checks.Finding;
import org.aragora.telemetry.doctor.checks.LoggingChecks;
import org.aragora.telemetry.doctor.checks.Verdict;
import org.aragora.telemetry.doctor.stack.LogTopic;
import org.aragora.telemetry.doctor.stack.LokiLines;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.testbed.junit.KafkaExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ITLoggingChecks {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

  private final Stand loki = Stand.start();

  @AfterEach
  void close() {
    loki.close();
  }

  @Test
  void tracedEventsOfTheRightLevelPass() throws Exception {
    kafka.createTopics(4);
    for (int i = 0; i < 20; i++) {
      write(log("INFO", i % 2 == 0));
    }
    LoggingChecks checks = checks();

    assertThat(checks.jsonFormat().seen()).startsWith("The newest 20 records");
    assertThat(checks.jsonFormat().verdict()).isEqualTo(Verdict.PASS);
    assertThat(checks.traceIdsPropagated().verdict()).isEqualTo(Verdict.PASS);
    assertThat(checks.traceIdsPropagated().seen()).startsWith("10 of the newest 20");
    assertThat(checks.levelsAppropriate().verdict()).isEqualTo(Verdict.PASS);
  }

  @Test
  void recordThatIsNoLogEventIsNamed() throws Exception {
    kafka.createTopics(1);
    write(log("INFO", true));
    write("plain text");

    Finding finding = checks().jsonFormat();

    assertThat(finding.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(finding.seen()).contains(kafka.prefix() + "logs, partition 0, offset 1");
  }

  @Test
  void eventsWithoutTraceIdFail() throws Exception {
    kafka.createTopics(1);
    write(log("INFO", false));

    assertThat(checks().traceIdsPropagated().verdict()).isEqualTo(Verdict.FAIL);
  }

  @Test
  void levelsUnderTheConfiguredOneFail() throws Exception {
    kafka.createTopics(1);
    write(log("DEBUG", true));

    assertThat(checks().levelsAppropriate().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(checks().levelsAppropriate().seen()).contains("{DEBUG=1}");
  }

  @Test
  void emptyTopicCannotBeTold() throws Exception {
    kafka.createTopics(1);
    LoggingChecks checks = checks();

    assertThat(checks.jsonFormat().verdict()).isEqualTo(Verdict.CANNOT_TELL);
    assertThat(checks.traceIdsPropagated().verdict()).isEqualTo(Verdict.CANNOT_TELL);
    assertThat(checks.levelsAppropriate().verdict()).isEqualTo(Verdict.CANNOT_TELL);
  }

  @Test
  void freshLineInLokiPasses() throws Exception {
    String nanos = NOON.minusSeconds(7).getEpochSecond() + "000000000";
    loki.json(
        "/loki/api/v1/query_range",
        "{\"data\":{\"result\":[{\"values\":[[\"1\",\"old\"],[\"" + nanos + "\",\"new\"]]}]}}");

    assertThat(checks().lokiIngesting().verdict()).isEqualTo(Verdict.PASS);
    assertThat(checks().lokiIngesting().seen()).contains("7 s old");
    assertThat(loki.asked().get(0)).contains("query=%7Bapp%3D%22aragora%22%7D");
  }

  @Test
  void lokiWithoutLinesFails() throws Exception {
    loki.json("/loki/api/v1/query_range", "{\"data\":{\"result\":[]}}");

    assertThat(checks().lokiIngesting().verdict()).isEqualTo(Verdict.FAIL);
  }

  private LoggingChecks checks() {
    return new LoggingChecks(
        new LogTopic(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            kafka.prefix(),
            Duration.ofSeconds(10)),
        new LokiLines(loki.site(), "aragora", Clock.fixed(NOON, ZoneOffset.UTC)),
        LogLevel.INFO);
  }

  private static String log(String level, boolean traced) {
    String trace = "\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\",";
    return """
        {"specversion":"1.0","id":"1","source":"/aragora/instances/a",%s"type":"ai.aragora.log.emitted.v1",
        "data":{"level":"%s","logger":"l","message":"m"}}"""
        .formatted(traced ? trace : "", level);
  }

  private static void write(String value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(kafka.prefix() + "logs", value.getBytes(StandardCharsets.UTF_8)))
          .get();
    }
  }
}
