package org.aragora.telemetry.processor.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.apache.kafka.streams.test.TestRecord;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.measure.MetricCatalog;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.processor.Golden;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineTopologyTest {
  private static final String START =
      """
      {"specversion":"1.0","id":"s1","source":"/aragora/instances/a","type":"ai.aragora.debate.started.v1",\
      "time":"2026-11-24T12:00:00Z","data":{"debate_id":"d1","agents":["claude"],"domain":"legal","timeout_seconds":900}}""";
  private static final String END =
      """
      {"specversion":"1.0","id":"e1","source":"/aragora/instances/a","type":"ai.aragora.debate.completed.v1",\
      "time":"2026-11-24T12:10:00Z","data":{"debate_id":"d1","outcome":"consensus","duration_seconds":600}}""";

  @TempDir Path directory;
  private TestPipeline pipeline;

  @BeforeEach
  void start() {
    pipeline = new TestPipeline(directory, true);
    pipeline.pass(Duration.ofSeconds(1));
  }

  @AfterEach
  void stop() {
    pipeline.close();
  }

  @Test
  void theTopologyIsTheOneOnFile() throws IOException {
    Golden.assertEqual("topology.txt", TestPipeline.describe());
  }

  @Test
  void theCatalogIsServedAsOnFile() throws IOException {
    // An instance that is retired by the first heartbeat of the file.
    Instant before = TestPipeline.START.minus(Duration.ofHours(2));
    pipeline.send(InputTopic.INSTANCES, "key", heartbeat("api-0", before, 3), before);
    for (String line : Golden.resource("catalog-events.txt").lines().toList()) {
      int space = line.indexOf(' ');
      pipeline.send(InputTopic.byName("", line.substring(0, space)), line.substring(space + 1));
    }
    pipeline.pass(Duration.ofSeconds(1));
    Golden.assertEqual("catalog-metrics.txt", metrics());
  }

  /** deploy/prometheus/generate takes the names from the page. */
  @Test
  void theGoldenPageHasEveryMetricOfTheCatalog() {
    String page = Golden.resource("catalog-metrics.txt");
    assertThat(new MetricCatalog("aragora.", text -> text).descriptors())
        .extracting(MetricDescriptor::name)
        .contains("aragora_requests_total")
        .allMatch(name -> page.contains("# TYPE " + name + " "));
  }

  @Test
  void aDeadLetterKeepsItsRecordAndSaysWhy() {
    pipeline.send(InputTopic.LOGS, "garbage");
    List<TestRecord<byte[], byte[]>> letters = pipeline.read("aragora.dead-letters");
    assertThat(letters).hasSize(1);
    assertThat(letters.get(0).value()).isEqualTo("garbage".getBytes(StandardCharsets.UTF_8));
    assertThat(letters.get(0).key()).isEqualTo("key".getBytes(StandardCharsets.UTF_8));
    assertThat(header(letters.get(0), "aragora-dlq-topic")).isEqualTo("aragora.logs");
    assertThat(header(letters.get(0), "aragora-dlq-partition")).isEqualTo("0");
    assertThat(header(letters.get(0), "aragora-dlq-offset")).isEqualTo("0");
    assertThat(header(letters.get(0), "aragora-dlq-reason")).isEqualTo("undecodable");
    assertThat(header(letters.get(0), "aragora-dlq-message")).isNotEmpty();
  }

  @Test
  void noSecretIsInALabel() throws IOException {
    String key = "sk-proj-4fJ2kPq81mNz77Lw0aXc9vBt";
    for (String secret :
        List.of(key, "password=hunter2-hunter2", "bob@example.org", "u:hunter2@")) {
      String text = secret.equals("u:hunter2@") ? "https://u:hunter2@host/x" : "x " + secret;
      for (String line : Golden.resource("catalog-events.txt").lines().toList()) {
        int space = line.indexOf(' ');
        pipeline.send(
            InputTopic.byName("", line.substring(0, space)),
            line.substring(space + 1)
                .replaceAll(
                    "\"(agent|domain|method|endpoint)\":\"[^\"]*\"", "\"$1\":\"/a/" + text + "\"")
                .replaceAll(
                    "\"source\":\"[^\"]*/([^\"/]*)\"",
                    "\"source\":\""
                        + (text.endsWith("/x") ? text.replace("/x", "") : "/i/$1 " + text)
                        + "\""));
      }
    }
    pipeline.pass(Duration.ofSeconds(1));
    assertThat(metrics())
        .contains("agent=\"/a/x [REDACTED]\"", "endpoint=\"/a/x [REDACTED]\"")
        .contains("domain=\"/a/x [REDACTED]\"", "method=\"/a/x password=[REDACTED]\"")
        .containsPattern("instance_up\\{instance_id=\"api-1 x \\[REDACTED]-[-\\w]{8}\"} 1.0")
        .containsPattern("instance_id=\"u:\\[REDACTED]@host-[-\\w]{8}\"")
        .doesNotContain(key, "hunter2", "bob@");
  }

  @Test
  void instancesWhoseNamesAreRedactedStayApart() throws IOException {
    for (String secret :
        List.of("sk-proj-4fJ2kPq81mNz77Lw0aXc9vBt", "sk-proj-aaaaaaaaa1mNz77Lw0")) {
      pipeline.send(InputTopic.INSTANCES, "key", heartbeat(secret, TestPipeline.START, 3));
    }
    pipeline.pass(Duration.ofSeconds(1));
    assertThat(metrics()).contains("aragora_websocket_connections 6.0");
  }

  @Test
  void garbageOnEveryTopicStopsNothing() {
    Random random = new Random(1);
    for (InputTopic topic : InputTopic.values()) {
      for (int i = 0; i < 200; i++) {
        byte[] garbage = new byte[random.nextInt(100)];
        random.nextBytes(garbage);
        pipeline.send(topic, random.nextBoolean() ? null : "k", i % 10 == 0 ? null : garbage);
      }
      pipeline.send(topic, null, new byte[2_000_000]);
      pipeline.send(topic, "[".repeat(100_000));
    }
    pipeline.send(InputTopic.DEBATES, START);
    pipeline.pass(Duration.ofSeconds(1));
    assertThat(pipeline.read("aragora.dead-letters")).hasSize(5 * 202);
    assertThat(metrics())
        .contains("aragora_active_debates 1.0")
        .contains(
            "aragora_telemetry_dead_letters_total{reason=\"too_large\",topic=\"aragora.logs\"} 1.0")
        .contains(
            "aragora_telemetry_dead_letters_total{reason=\"null_value\",topic=\"aragora.logs\"} 20.0");
  }

  @Test
  void anOverdueEndIsAppendedReadBackAndCountedOnce() {
    pipeline.send(InputTopic.DEBATES, START);
    pipeline.pass(Duration.ofSeconds(959));
    assertThat(pipeline.read("aragora.debates")).isEmpty();
    assertThat(metrics()).contains("aragora_active_debates 1.0");
    pipeline.pass(Duration.ofSeconds(1));
    pipeline.pass(Duration.ofSeconds(1));
    List<TestRecord<byte[], byte[]>> proposed = pipeline.read("aragora.debates");
    assertThat(proposed).hasSize(1);
    assertThat(proposed.get(0).key()).isEqualTo("key".getBytes(StandardCharsets.UTF_8));
    assertThat(header(proposed.get(0), "content-type")).isEqualTo("application/cloudevents+json");
    pipeline.pass(Duration.ofDays(1));
    assertThat(pipeline.read("aragora.debates")).isEmpty();
    endedOnce();
    assertThat(metrics())
        .contains(
            "aragora_telemetry_events_total{outcome=\"counted\",topic=\"aragora.debates\"} 2.0");
  }

  @Test
  void twoProposalsOfOneEndCountOnce() {
    pipeline.send(InputTopic.DEBATES, START);
    pipeline.pass(Duration.ofSeconds(960));
    byte[] proposal = pipeline.read("aragora.debates").get(0).value();
    pipeline.send(InputTopic.DEBATES, "key", proposal);
    pipeline.pass(Duration.ofSeconds(1));
    endedOnce();
    assertThat(metrics())
        .contains(
            "aragora_telemetry_events_total{outcome=\"counted\",topic=\"aragora.debates\"} 3.0");
  }

  @Test
  void anEndAfterItsProposalChangesNothing() {
    pipeline.send(InputTopic.DEBATES, START);
    pipeline.pass(Duration.ofSeconds(960));
    pipeline.send(InputTopic.DEBATES, END);
    pipeline.pass(Duration.ofSeconds(1));
    endedOnce();
  }

  @Test
  void anEndInTimeIsNotProposed() {
    pipeline.send(InputTopic.DEBATES, START);
    pipeline.send(InputTopic.DEBATES, END.replace("12:10", "12:00"));
    pipeline.pass(Duration.ofDays(2));
    assertThat(pipeline.read("aragora.debates")).isEmpty();
  }

  @Test
  void aReplayProposesNothing() {
    pipeline.close();
    pipeline = new TestPipeline(directory, false);
    pipeline.send(InputTopic.DEBATES, START);
    pipeline.pass(Duration.ofDays(2));
    assertThat(pipeline.read("aragora.debates")).isEmpty();
    assertThat(metrics()).contains("aragora_active_debates 1.0");
  }

  @Test
  void everyLedgerRecordBalances() {
    for (int i = 0; i < 20; i++) {
      pipeline.send(InputTopic.DEBATES, i % 3 == 0 ? "bad" : START);
      pipeline.pass(Duration.ofSeconds(1));
    }
    int ledgers = 0;
    for (TestRecord<byte[], byte[]> record : pipeline.read("aragora.metrics")) {
      if (MetricsKey.fromBytes(record.key()) instanceof MetricsKey.LedgerOf) {
        assertThat(Ledger.read(new BinaryReader(record.value())).balances()).isTrue();
        ledgers++;
      }
    }
    assertThat(ledgers).isGreaterThan(20);
  }

  private static byte[] heartbeat(String pod, Instant at, int connections) {
    return """
        {"specversion":"1.0","id":"h","source":"/aragora/instances/%1$s",
         "type":"ai.aragora.instance.heartbeat.v1","time":"%2$s","data":{"instance_id":"%1$s",
         "websocket_connections":%3$d,"interval_seconds":10,"emitted":{},"dropped":{}}}"""
        .formatted(pod, at, connections)
        .getBytes(StandardCharsets.UTF_8);
  }

  private void endedOnce() {
    assertThat(metrics())
        .contains("aragora_active_debates 0.0")
        .contains(
            "aragora_debates_completed_total{domain=\"legal\",outcome=\"timeout\",status=\"timeout\"} 1.0")
        .contains("aragora_debate_timeouts_total 1.0")
        .contains(
            "aragora_debate_duration_seconds_sum{domain=\"legal\",outcome=\"timeout\",status=\"timeout\"} 900.0")
        .doesNotContain("outcome=\"consensus\"");
  }

  private String metrics() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(out, pipeline.scrape());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String header(TestRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
