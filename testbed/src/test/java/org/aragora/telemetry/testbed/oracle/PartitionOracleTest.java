package org.aragora.telemetry.testbed.oracle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.testbed.oracle.record.InputRecord;
import org.junit.jupiter.api.Test;

class PartitionOracleTest {
  private static final long NOON = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();

  private final List<String> additions = new ArrayList<>();
  private final PartitionOracle oracle =
      new PartitionOracle(
          new TopicPartition("a.requests", 0),
          "a.",
          PartitionOracle.Rules.DEFAULTS,
          (offset, sample, labels, units) -> additions.add(offset + " " + sample + " " + units));
  private long offset;

  private void read(String value) {
    oracle.read(InputRecord.of(offset++, NOON, value.getBytes(UTF_8)));
  }

  private static String request(int seq, String time) {
    return """
        {"specversion":"1.0","id":"x","source":"/aragora/instances/i","type":"ai.aragora.request.completed.v1",
         "time":"%s","epoch":"e","seq":%d,"data":{"request_id":"r","method":"GET",
         "endpoint":"/api/debates/adhoc_1a2b3c4d?full=1","status":503,"duration_seconds":0.05}}"""
        .formatted(time, seq);
  }

  @Test
  void requestChangesItsSeries() {
    read(request(2, "2026-03-01T12:00:00Z"));

    assertThat(ExpectedPage.samples(List.of(oracle), NOON))
        .contains(
            entry(
                "aragora_requests_total{endpoint=\"/api/debates/{id}\",method=\"GET\",status=\"503\"}",
                1.0),
            entry("aragora_instance_requests_total{class=\"5xx\",instance_id=\"i\"}", 1.0),
            entry(
                "aragora_request_duration_seconds_bucket{endpoint=\"/api/debates/{id}\",le=\"0.05\",method=\"GET\"}",
                1.0),
            entry(
                "aragora_request_duration_seconds_sum{endpoint=\"/api/debates/{id}\",method=\"GET\"}",
                0.05),
            entry("aragora_request_error_rate{window=\"5m\"}", 1.0),
            entry("aragora_telemetry_missing_events{topic=\"a.requests\"}", 1.0))
        .doesNotContainKey(
            "aragora_request_duration_seconds_bucket{endpoint=\"/api/debates/{id}\",le=\"0.01\",method=\"GET\"}");
  }

  @Test
  void numberCountsOnce() {
    read(request(1, "2026-03-01T12:00:00Z"));
    additions.clear();
    read(request(1, "2026-03-01T12:00:00Z"));

    assertThat(oracle.figures().duplicates()).isOne();
    assertThat(additions).containsExactly("1 aragora_telemetry_events_total 1");
  }

  @Test
  void lateEventCountsInTotalsOnly() {
    read(request(1, "2026-03-01T12:00:00Z"));
    read(request(2, "2026-03-01T11:50:00Z"));

    assertThat(oracle.figures().late()).isOne();
    assertThat(oracle.totals().get("aragora_requests_total|GET|/api/debates/{id}|503"))
        .hasToString("2");
    assertThat(oracle.windows()).hasSize(3);
  }

  @Test
  void theLatestSampledTraceIsTheExemplarOfItsBucket() {
    String span = "-00f067aa0ba902b7-";
    read(traced(1, "2026-03-01T12:00:00Z", "00-" + "1".repeat(32) + span + "01"));
    read(traced(2, "2026-03-01T12:00:01Z", "cc-" + "2".repeat(32) + span + "03-more"));
    read(traced(3, "2026-03-01T12:00:00.5Z", "00-" + "3".repeat(32) + span + "01"));
    read(traced(4, "2026-03-01T12:00:02Z", "00-" + "4".repeat(32) + span + "00"));
    read(traced(5, "2026-03-01T12:00:03Z", "00-" + "0".repeat(32) + span + "01"));
    read(traced(6, "2026-03-01T12:00:04Z", "00-" + "5".repeat(32) + span + "01-more"));
    read(request(7, "2026-03-01T12:00:05Z"));

    assertThat(ExpectedPage.exemplars(List.of(oracle), part -> false))
        .containsExactly(
            entry(
                "aragora_request_duration_seconds_bucket{endpoint=\"/api/debates/{id}\",le=\"0.05\",method=\"GET\"}",
                "2".repeat(32) + " 00f067aa0ba902b7 0.05 1772366401000"));
    assertThat(oracle.windows().values()).noneMatch(window -> window.toString().contains("2222"));
  }

  @Test
  void nativeHistogramsCountEachValueInTheBucketOfItsPower() {
    read(request(1, "2026-03-01T12:00:00Z")); // 0.05 s, between 2^(-35/8) and 2^(-34/8)
    read(request(2, "2026-03-01T12:00:01Z").replace("0.05", "0"));
    read(request(3, "2026-03-01T12:00:01Z").replace("0.05", "0.5"));
    read(request(4, "2026-03-01T12:00:01Z").replace("0.05", "0.500000001"));
    assertThat(ExpectedPage.nativeHistograms(List.of(oracle), part -> false))
        .containsExactly(
            entry(
                "aragora_request_duration_seconds{endpoint=\"/api/debates/{id}\",method=\"GET\"}",
                "zero 1 {-34=1, -8=1, -7=1}"));
    assertThat(oracle.windows().values()).noneMatch(window -> window.toString().contains("zero"));
  }

  private static String traced(int seq, String time, String traceparent) {
    return request(seq, time).replaceFirst("\\{", "{\"traceparent\":\"" + traceparent + "\",");
  }

  @Test
  void fastClockCountsAtAppendTime() {
    read(request(1, "2026-03-01T12:02:00Z"));

    assertThat(oracle.figures().skewed()).isOne();
    assertThat(oracle.figures().partitionTimeNanos()).isEqualTo(NOON * 1_000_000);
  }

  @Test
  void invalidRecordsHaveTheirReasons() {
    oracle.read(InputRecord.of(0, NOON, null));
    read("no json");
    read("{\"type\":\"x\"}");
    read("{\"type\":\"ai.aragora.log.emitted.v1\"}");
    read(request(1, "2026-03-01T12:00:00Z").replace("\"1.0\"", "\"2.0\""));
    read(request(1, "2019-01-01T00:00:00Z"));

    assertThat(oracle.figures().deadLetters())
        .isEqualTo(
            Map.of(
                "null_value", 1L,
                "undecodable", 1L,
                "unknown_type", 1L,
                "wrong_topic", 1L,
                "invalid_field", 1L,
                "timestamp_out_of_range", 1L));
  }

  private static String call(long tokens, String agent) {
    return """
        {"specversion":"1.0","id":"x","source":"/aragora/instances/i","type":"ai.aragora.agent.call_completed.v1",
         "data":{"call_id":"c","agent":"%s","status":"success","duration_seconds":1,"input_tokens":%d}}"""
        .formatted(agent, tokens);
  }

  @Test
  void sumsExceed64Bits() {
    PartitionOracle calls = calls();
    for (int i = 0; i < 4; i++) {
      calls.read(InputRecord.of(i, NOON, call(Long.MAX_VALUE, "a").getBytes(UTF_8)));
    }

    assertThat(ExpectedPage.samples(List.of(calls), NOON))
        .containsEntry(
            "aragora_agent_tokens_total{agent=\"a\",direction=\"input\"}", 4.0 * Long.MAX_VALUE);
  }

  @Test
  void labelsAreCutByCodePoint() {
    PartitionOracle calls = calls();
    calls.read(InputRecord.of(0, NOON, call(1, "\ud83d\ude00".repeat(200)).getBytes(UTF_8)));

    assertThat(calls.totals())
        .containsKey("aragora_agent_calls_total|" + "\ud83d\ude00".repeat(128) + "|success");
  }

  private static PartitionOracle calls() {
    return new PartitionOracle(
        new TopicPartition("a.agent-calls", 0),
        "a.",
        PartitionOracle.Rules.DEFAULTS,
        PartitionOracle.Additions.NONE);
  }

  @Test
  void runsDoNotOutliveAClockThatWasAhead() {
    long dayMs = 86_400_000;
    oracle.read(InputRecord.of(0, NOON + 5 * dayMs, plain(1).getBytes(UTF_8)));
    for (int i = 0; i < 100; i++) {
      oracle.read(InputRecord.of(1 + i, NOON, "x".getBytes(UTF_8)));
    }
    oracle.read(InputRecord.of(200, NOON + 7 * dayMs + 1, plain(1).getBytes(UTF_8)));

    assertThat(oracle.figures().counted()).isEqualTo(2);
    assertThat(oracle.figures().appendMs()).isEqualTo(NOON + 7 * dayMs + 1);
  }

  private static String plain(int seq) {
    return request(seq, "2026-03-01T12:00:00Z");
  }

  @Test
  void numbersSourcesAndEndpointsHaveOneFormInLabels() {
    read(plain(1).replace("503", "200.0"));
    read(plain(2).replace("503", "2e2"));
    read(plain(3).replace("503", "200").replace("instances/i", "instances/i//"));
    read(plain(4).replace("503", "200").replace("/api/debates/adhoc_1a2b3c4d", ""));
    read(plain(5).replace("503", "200").replace("/aragora/instances/i", "//"));

    assertThat(oracle.totals().get("aragora_requests_total|GET|/api/debates/{id}|200"))
        .hasToString("4");
    assertThat(oracle.totals().get("aragora_requests_total|GET|/|200")).hasToString("1");
    assertThat(oracle.totals().get("aragora_instance_requests_total|i|2xx")).hasToString("4");
    assertThat(oracle.totals().get("aragora_instance_requests_total|//|2xx")).hasToString("1");
  }
}
