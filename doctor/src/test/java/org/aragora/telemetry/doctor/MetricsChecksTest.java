package org.aragora.telemetry.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.aragora.telemetry.doctor.checks.MetricsChecks;
import org.aragora.telemetry.doctor.checks.Verdict;
import org.aragora.telemetry.doctor.stack.Replicas;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsChecksTest {
  private static final String PAGE =
      """
      # HELP aragora_requests_total Total HTTP requests
      # TYPE aragora_requests_total counter
      aragora_requests_total{method="GET",endpoint="/a b",status="200"} 3
      # TYPE aragora_request_duration_seconds histogram
      aragora_request_duration_seconds_bucket{le="+Inf"} 3
      aragora_request_duration_seconds_sum 0.5
      aragora_request_duration_seconds_count 3
      # TYPE aragora_active_debates gauge
      aragora_active_debates 0
      # TYPE aragora_websocket_connections gauge
      aragora_websocket_connections 4
      # TYPE aragora_agent_calls_total counter
      aragora_agent_calls_total{agent="claude",status="success"} 1
      # TYPE aragora_debate_duration_seconds histogram
      aragora_debate_duration_seconds_count{status="completed"} 1
      # TYPE aragora_consensus_reached_total counter
      aragora_consensus_reached_total{domain="general"} 1
      # TYPE aragora_elo_updates_total counter
      aragora_elo_updates_total 0
      """;
  private static final String TARGETS =
      """
      {"status":"success","data":{"activeTargets":[
        {"labels":{"job":"aragora-telemetry","instance":"a:9090"},"health":"up","lastError":""},
        {"labels":{"job":"aragora","instance":"aragora:8080"},"health":"%s","lastError":"no such host"}]}}
      """;

  private final Stand processor = Stand.start();
  private final Stand prometheus = Stand.start();
  private final Stand grafana = Stand.start();
  private final MetricsChecks checks =
      new MetricsChecks(
          new Replicas(processor.site(), InetAddress::getAllByName),
          prometheus.site(),
          grafana.site());

  @AfterEach
  void close() {
    processor.close();
    prometheus.close();
    grafana.close();
  }

  @Test
  void pageInPrometheusFormatPasses() throws Exception {
    processor.text("/metrics", PAGE);

    assertThat(checks.format().verdict()).isEqualTo(Verdict.PASS);
    assertThat(checks.format().seen()).contains("10 samples", "text/plain; version=0.0.4");
  }

  @Test
  void pageOfSomethingElseFails() throws Exception {
    processor.answer("/metrics", 200, "text/html", "<html><body>Hello</body></html>\n");

    assertThat(checks.format().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(checks.format().seen()).contains("<html>");
  }

  @Test
  void emptyPageFails() throws Exception {
    processor.text("/metrics", "");

    assertThat(checks.format().verdict()).isEqualTo(Verdict.FAIL);
  }

  @Test
  void pageWithoutContentTypeFails() throws Exception {
    processor.answer("/metrics", 200, "", PAGE);

    assertThat(checks.format().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(checks.format().seen()).contains("Content-Type");
  }

  @Test
  void allKeyMetricsPass() throws Exception {
    processor.text("/metrics", PAGE);

    assertThat(checks.keyMetricsExposed().verdict()).isEqualTo(Verdict.PASS);
  }

  @Test
  void metricsThatReplicasServeBetweenThemPass() throws Exception {
    String half = "aragora_(active_debates|websocket_connections|elo_updates_total)";
    processor.text("/metrics", PAGE.replaceAll("(?m)^.*" + half + ".*\n", ""));
    InetAddress second = InetAddress.getByName("127.0.0.2");
    MetricsChecks ofReplicas =
        new MetricsChecks(
            new Replicas(
                processor.site(),
                host ->
                    new InetAddress[] {
                      InetAddress.getLoopbackAddress(), second, InetAddress.getByName("127.0.0.3")
                    }),
            prometheus.site(),
            grafana.site());

    assertThat(ofReplicas.keyMetricsExposed().verdict()).isEqualTo(Verdict.CANNOT_TELL);
    try (Stand other = Stand.start(new InetSocketAddress(second, processor.port()))) {
      other.text("/metrics", PAGE.replaceAll("(?m)^(?!.*" + half + ").*\n", ""));

      assertThat(ofReplicas.keyMetricsExposed().verdict()).isEqualTo(Verdict.PASS);
    }
  }

  @Test
  void metricWithoutAnEventYetCannotBeTold() throws Exception {
    processor.text("/metrics", PAGE.replaceAll("(?m)^.*aragora_agent_calls_total.*\n", ""));

    assertThat(checks.keyMetricsExposed().verdict()).isEqualTo(Verdict.CANNOT_TELL);
    assertThat(checks.keyMetricsExposed().seen())
        .isEqualTo("Not served: aragora_agent_calls_total.");
  }

  @Test
  void keyMetricOfAnotherTypeFails() throws Exception {
    processor.text("/metrics", PAGE.replace("active_debates gauge", "active_debates counter"));

    assertThat(checks.keyMetricsExposed().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(checks.keyMetricsExposed().seen())
        .contains("aragora_active_debates is a counter and must be a gauge");
  }

  @Test
  void pageWithoutAnyKeyMetricFails() throws Exception {
    processor.text("/metrics", "node_load1 0.5\n");

    assertThat(checks.keyMetricsExposed().verdict()).isEqualTo(Verdict.FAIL);
  }

  @Test
  void targetsThatAnswerPass() throws Exception {
    prometheus.json("/api/v1/targets", TARGETS.formatted("up"));

    assertThat(checks.targetsUp().verdict()).isEqualTo(Verdict.PASS);
  }

  @Test
  void targetThatDoesNotAnswerIsNamed() throws Exception {
    prometheus.json("/api/v1/targets", TARGETS.formatted("down"));

    assertThat(checks.targetsUp().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(checks.targetsUp().seen()).contains("aragora (aragora:8080): no such host");
  }

  @Test
  void prometheusThatScrapesNoProcessorFails() throws Exception {
    prometheus.json(
        "/api/v1/targets", TARGETS.formatted("up").replace("aragora-telemetry", "other"));

    assertThat(checks.targetsUp().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(checks.targetsUp().seen()).contains("no target of the job aragora-telemetry");
  }

  @Test
  void dashboardsAndDataSourcePass() throws Exception {
    dashboards();
    grafana.json("/api/datasources/uid/prometheus/health", "{\"status\":\"OK\"}");

    assertThat(checks.dashboardsLoad().verdict()).isEqualTo(Verdict.PASS);
  }

  @Test
  void missingOrEmptyDashboardIsNamed() throws Exception {
    dashboards();
    grafana.json("/api/dashboards/uid/aragora-agents", "{\"dashboard\":{\"panels\":[]}}");
    grafana.answer("/api/dashboards/uid/aragora-pipeline", 404, "application/json", "{}");

    assertThat(checks.dashboardsLoad().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(checks.dashboardsLoad().seen())
        .contains("aragora-agents (status 200)", "aragora-pipeline (status 404)")
        .doesNotContain("aragora-overview");
  }

  @Test
  void brokenDataSourceFails() throws Exception {
    dashboards();
    grafana.answer("/api/datasources/uid/prometheus/health", 400, "application/json", "no route");

    assertThat(checks.dashboardsLoad().verdict()).isEqualTo(Verdict.FAIL);
    assertThat(checks.dashboardsLoad().seen()).contains("status 400", "no route");
  }

  @Test
  void grafanaThatAsksForCredentialsCannotBeTold() throws Exception {
    grafana.json("/api/health", "{}");
    grafana.answer("/api/dashboards/uid/aragora-overview", 401, "application/json", "{}");

    assertThat(checks.dashboardsLoad().verdict()).isEqualTo(Verdict.CANNOT_TELL);
    assertThat(checks.dashboardsLoad().remedy()).contains("GRAFANA_API_KEY");
  }

  private void dashboards() {
    grafana.json("/api/health", "{\"database\":\"ok\"}");
    for (String name :
        List.of(
            "overview",
            "debates",
            "agents",
            "instances",
            "pipeline",
            "slo",
            "resources",
            "logs",
            "runbook")) {
      grafana.json(
          "/api/dashboards/uid/aragora-" + name, "{\"dashboard\":{\"panels\":[{\"id\":1}]}}");
    }
  }
}
