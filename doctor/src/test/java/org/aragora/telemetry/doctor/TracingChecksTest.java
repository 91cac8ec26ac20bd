package org.aragora.telemetry.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.aragora.telemetry.doctor.checks.Finding;
import org.aragora.telemetry.doctor.checks.TracingChecks;
import org.aragora.telemetry.doctor.checks.Verdict;
import org.aragora.telemetry.doctor.stack.LokiLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TracingChecksTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-11-24T12:00:00Z"), ZoneOffset.UTC);
  private static final String OPERATIONS = "/api/v3/operations";

  private final Stand jaeger = Stand.start();
  private final Stand prometheus = Stand.start();
  private final Stand loki = Stand.start();

  @AfterEach
  void close() {
    jaeger.close();
    prometheus.close();
    loki.close();
  }

  @Test
  void spansOfDebatesPass() throws Exception {
    jaeger.json(
        OPERATIONS,
        "{\"operations\":[{\"name\":\"debate.run\"},{\"name\":\"agent.claude\"},{\"name\":\"GET /api/debates\"}]}");

    Finding finding = checks(Map.of()).keySpans();

    assertThat(finding.verdict()).isEqualTo(Verdict.PASS);
    assertThat(finding.seen()).contains("agent calls", "debates", "requests");
  }

  @Test
  void spansWithoutDebatesFail() throws Exception {
    jaeger.json(OPERATIONS, "{\"operations\":[{\"name\":\"GET /api/debates\"}]}");

    assertThat(checks(Map.of()).keySpans().verdict()).isEqualTo(Verdict.FAIL);
  }

  @Test
  void jaegerWithoutSpansFails() throws Exception {
    jaeger.json(OPERATIONS, "{}");

    assertThat(checks(Map.of()).keySpans().seen()).contains("no span of the service aragora");
  }

  @Test
  void serviceNameIsTheExporters() throws Exception {
    jaeger.json(OPERATIONS, "{\"operations\":[{\"name\":\"debate.run\"}]}");

    assertThat(checks(Map.of("OTEL_SERVICE_NAME", "other")).keySpans().verdict())
        .isEqualTo(Verdict.PASS);
    assertThat(jaeger.asked()).containsExactly("/api/v3/operations?service=other");
  }

  @Test
  void oneTraceInBothIsAMatch() throws Exception {
    lines(30);
    jaeger.json("/api/traces/trace17", "{\"data\":[{\"traceID\":\"trace17\"}]}");

    Finding finding = checks(Map.of()).idsMatch();

    assertThat(finding.verdict()).isEqualTo(Verdict.PASS);
    assertThat(finding.seen()).contains("Of 30 trace ids in Loki's lines, Jaeger has 1");
  }

  @Test
  void noMatchIsAFailureWhereSamplingCannotExplainIt() throws Exception {
    lines(50);

    assertThat(checks(Map.of()).idsMatch().verdict()).isEqualTo(Verdict.FAIL);
  }

  @Test
  void noMatchCannotBeToldWhereSamplingMayExplainIt() throws Exception {
    lines(20);

    assertThat(checks(Map.of()).idsMatch().verdict()).isEqualTo(Verdict.CANNOT_TELL);
  }

  @Test
  void linesWithoutTraceIdsCannotBeTold() throws Exception {
    loki.json(
        "/loki/api/v1/query_range",
        "{\"data\":{\"result\":[{\"values\":[[\"1\",\"plain text\"],[\"1\",\"{}\"]]}]}}");

    assertThat(checks(Map.of()).idsMatch().verdict()).isEqualTo(Verdict.CANNOT_TELL);
  }

  @Test
  void samplerAndWhatItKeepsPass() throws Exception {
    records("200", "1800");

    Finding finding = checks(Map.of()).samplingConfigured();

    assertThat(finding.verdict()).isEqualTo(Verdict.PASS);
    assertThat(finding.seen()).contains("parentbased_traceidratio 0.1", "10.0 % of 2000 records");
  }

  @Test
  void samplerThatIsNoneFails() throws Exception {
    assertThat(checks(Map.of("OTEL_TRACES_SAMPLER_ARG", "10")).samplingConfigured().verdict())
        .isEqualTo(Verdict.FAIL);
    assertThat(checks(Map.of("OTEL_TRACES_SAMPLER", "sometimes")).samplingConfigured().verdict())
        .isEqualTo(Verdict.FAIL);
  }

  @Test
  void exporterThatKeepsNothingFails() throws Exception {
    records("0", "1800");

    assertThat(checks(Map.of()).samplingConfigured().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(checks(Map.of("OTEL_TRACES_SAMPLER", "always_off")).samplingConfigured().verdict())
        .isEqualTo(Verdict.PASS);
  }

  @Test
  void samplerWithoutExporterCannotBeTold() throws Exception {
    prometheus.json("/api/v1/query", "{\"data\":{\"result\":[]}}");

    assertThat(checks(Map.of()).samplingConfigured().verdict()).isEqualTo(Verdict.CANNOT_TELL);
  }

  @Test
  void calledServicesPassWhateverJaegersMapShows() throws Exception {
    jaeger.json("/api/v3/services", "{\"services\":[\"claude\",\"aragora\",\"jaeger\",\"gpt\"]}");
    jaeger.json(
        "/api/dependencies",
        "{\"data\":[{\"parent\":\"aragora\",\"child\":\"claude\",\"callCount\":3}]}");

    Finding finding = checks(Map.of()).serviceMap();

    assertThat(finding.verdict()).isEqualTo(Verdict.PASS);
    assertThat(finding.seen()).contains("claude, gpt", "shows 1 of them");
    assertThat(jaeger.asked()).contains("/api/dependencies?endTs=1795521600000&lookback=86400000");

    jaeger.json("/api/dependencies", "{\"data\":[]}");
    assertThat(checks(Map.of()).serviceMap().verdict()).isEqualTo(Verdict.PASS);
  }

  @Test
  void noCalledServiceFails() throws Exception {
    jaeger.json("/api/v3/services", "{\"services\":[\"aragora\"]}");

    assertThat(checks(Map.of()).serviceMap().verdict()).isEqualTo(Verdict.FAIL);
  }

  private TracingChecks checks(Map<String, String> environment) {
    DoctorSettings settings = DoctorSettings.read(environment);
    return new TracingChecks(
        jaeger.site(),
        prometheus.site(),
        new LokiLines(loki.site(), settings.app(), NOON),
        settings.tracing(),
        NOON);
  }

  private void lines(int count) {
    String values =
        IntStream.range(0, count)
            .mapToObj("[\"1\",\"{\\\"trace_id\\\":\\\"trace%d\\\"}\"]"::formatted)
            .collect(Collectors.joining(","));
    loki.json(
        "/loki/api/v1/query_range", "{\"data\":{\"result\":[{\"values\":[" + values + "]}]}}");
    jaeger.answer("/api/traces/trace0", 404, "application/json", "{\"data\":null}");
    jaeger.json("/api/traces/trace1", "{\"data\":[]}");
  }

  /** The first query asks for what was sent, the second for what was left out. */
  private void records(String sent, String leftOut) {
    prometheus.answer(
        "/api/v1/query",
        () -> {
          boolean unsampled =
              prometheus.asked().get(prometheus.asked().size() - 1).contains("unsampled");
          return new Stand.Answer(
              200,
              "application/json",
              "{\"data\":{\"result\":[{\"value\":[1,\"%s\"]}]}}"
                  .formatted(unsampled ? leftOut : sent));
        });
  }
}
