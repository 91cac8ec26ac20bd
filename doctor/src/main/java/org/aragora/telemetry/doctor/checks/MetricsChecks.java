package org.aragora.telemetry.doctor.checks;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.doctor.stack.HttpTarget;
import org.aragora.telemetry.doctor.stack.NoAnswerException;
import org.aragora.telemetry.doctor.stack.Replicas;
import org.aragora.telemetry.schemas.text.Unicode;
import org.aragora.telemetry.testbed.service.MetricsPage;

/** The four lines under "Metrics". */
public final class MetricsChecks {
  /** The guide's table "Key Metrics". */
  private static final Map<String, String> KEY_METRICS = new LinkedHashMap<>();

  static {
    KEY_METRICS.put("aragora_requests_total", "counter");
    KEY_METRICS.put("aragora_request_duration_seconds", "histogram");
    KEY_METRICS.put("aragora_active_debates", "gauge");
    KEY_METRICS.put("aragora_websocket_connections", "gauge");
    KEY_METRICS.put("aragora_agent_calls_total", "counter");
    KEY_METRICS.put("aragora_debate_duration_seconds", "histogram");
    KEY_METRICS.put("aragora_consensus_reached_total", "counter");
    KEY_METRICS.put("aragora_elo_updates_total", "counter");
  }

  private static final List<String> DASHBOARDS =
      List.of(
          "aragora-overview",
          "aragora-debates",
          "aragora-agents",
          "aragora-instances",
          "aragora-pipeline",
          "aragora-slo",
          "aragora-resources",
          "aragora-logs",
          "aragora-runbook");
  private static final String DATA_SOURCE = "prometheus";
  private static final String PROCESSOR_JOB = "aragora-telemetry";

  private final Replicas processor;
  private final HttpTarget prometheus;
  private final HttpTarget grafana;

  public MetricsChecks(Replicas processor, HttpTarget prometheus, HttpTarget grafana) {
    this.processor = processor;
    this.prometheus = prometheus;
    this.grafana = grafana;
  }

  public Finding format() throws NoAnswerException, InterruptedException {
    HttpTarget.Reply reply = processor.any().get("/metrics");
    if (reply.status() == 401) {
      return Finding.fail(
          "%s/metrics answers with status 401.".formatted(processor.any().where()),
          HttpTarget.CREDENTIALS);
    }
    MetricsPage page = MetricsPage.parse(reply.body());
    String what = processor.any().where() + "/metrics";
    if (reply.status() != 200 || page.samples().size() == 0 || !page.malformed().isEmpty()) {
      String why =
          page.malformed().isEmpty()
              ? page.samples().size() + " samples"
              : "with this line: " + shortened(page.malformed().get(0));
      return Finding.fail(
          "%s answers with status %d, %s.".formatted(what, reply.status(), why),
          "Check that the processor runs there; METRICS_URL or METRICS_PORT set its address.");
    }
    if (reply.contentType().isEmpty()) {
      return Finding.fail(
          what + " sends no Content-Type, and Prometheus 3 does not guess.",
          "Send the Content-Type of the format, as prometheus_client's CONTENT_TYPE_LATEST.");
    }
    return Finding.pass(
        "%s has %d samples, as %s.".formatted(what, page.samples().size(), reply.contentType()));
  }

  public Finding keyMetricsExposed() throws NoAnswerException, InterruptedException {
    MetricsPage page = MetricsPage.parse(String.join("\n", processor.texts("/metrics")));
    List<String> wrong = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    KEY_METRICS.forEach(
        (metric, type) -> {
          String declared = page.type(metric);
          if (!declared.isEmpty() && !declared.equals(type)) {
            wrong.add("%s is a %s and must be a %s".formatted(metric, declared, type));
          } else if (!page.hasMetric(metric)) {
            waiting.add(metric);
          }
        });
    if (!wrong.isEmpty()) {
      return Finding.fail(
          String.join("; ", wrong) + ".", "Serve the metrics of the processor at this address.");
    }
    if (waiting.isEmpty()) {
      return Finding.pass("All " + KEY_METRICS.size() + " of the guide's key metrics are served.");
    }
    String missing = "Not served: " + String.join(", ", waiting) + ".";
    return waiting.size() == KEY_METRICS.size()
        ? Finding.fail(
            missing, "See /health/ready of the processor; METRICS_URL must be its address.")
        : Finding.cannotTell(
            missing,
            "A series with labels begins with its first event: send one of each kind. The others"
                + " are served once every partition has an owner; see /health/ready.");
  }

  public Finding targetsUp() throws NoAnswerException, InterruptedException {
    Map<String, Integer> up = new TreeMap<>();
    List<String> down = new ArrayList<>();
    for (JsonNode target :
        prometheus.json("/api/v1/targets?state=active").path("data").path("activeTargets")) {
      String job = target.path("labels").path("job").asText();
      if (target.path("health").asText().equals("up")) {
        up.merge(job, 1, Integer::sum);
      } else {
        down.add(
            "%s (%s): %s"
                .formatted(
                    job,
                    target.path("labels").path("instance").asText(),
                    target.path("lastError").asText("not scraped yet")));
      }
    }
    if (!down.isEmpty()) {
      return Finding.fail(
          "%d targets answer, these do not: %s."
              .formatted(up.values().stream().mapToInt(i -> i).sum(), String.join("; ", down)),
          "Start them, or take their jobs out of prometheus.yml if you do not run them.");
    }
    if (!up.containsKey(PROCESSOR_JOB)) {
      return Finding.fail(
          "Prometheus at %s has no target of the job %s."
              .formatted(prometheus.where(), PROCESSOR_JOB),
          "Use deploy/prometheus/prometheus.yml, and check that its DNS name finds the processor.");
    }
    return Finding.pass("All targets answer: " + up + ".");
  }

  public Finding dashboardsLoad() throws NoAnswerException, InterruptedException {
    grafana.json("/api/health");
    List<String> missing = new ArrayList<>();
    for (String uid : DASHBOARDS) {
      String path = "/api/dashboards/uid/" + uid;
      HttpTarget.Reply reply = grafana.get(path);
      if (reply.status() == 401 || reply.status() == 403) {
        return Finding.cannotTell(
            "Grafana at %s requires credentials (status %d)."
                .formatted(grafana.where(), reply.status()),
            "Set GRAFANA_API_KEY (token of a service account) or GRAFANA_ADMIN_PASSWORD.");
      }
      if (reply.status() != 200
          || grafana.parse(path, reply).path("dashboard").path("panels").isEmpty()) {
        missing.add(uid + " (status " + reply.status() + ")");
      }
    }
    if (!missing.isEmpty()) {
      return Finding.fail(
          "Not there, or without panels: " + String.join(", ", missing) + ".",
          "Provision deploy/grafana/dashboards, or import them; see"
              + " docs/reference/changes-from-the-guide.md.");
    }
    HttpTarget.Reply source = grafana.get("/api/datasources/uid/" + DATA_SOURCE + "/health");
    return source.status() == 200
        ? Finding.pass(
            "All " + DASHBOARDS.size() + " dashboards are there, and Grafana reaches Prometheus.")
        : Finding.fail(
            "The dashboards are there, but Grafana's data source \"%s\" answers with status %d: %s"
                .formatted(DATA_SOURCE, source.status(), shortened(source.body())),
            "Correct the address of the data source (deploy/grafana/provisioning/datasources).");
  }

  private static String shortened(String text) {
    return Unicode.isLongerThan(text, 120) ? Unicode.cut(text, 120) + "…" : text;
  }
}
