package org.aragora.telemetry.doctor.checks;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.aragora.telemetry.doctor.stack.HttpTarget;
import org.aragora.telemetry.doctor.stack.LokiLines;
import org.aragora.telemetry.doctor.stack.NoAnswerException;

/** The four lines under "Tracing". */
public final class TracingChecks {
  private static final Duration MAP_LOOKBACK = Duration.ofDays(1);
  private static final int IDS_LOOKED_UP = 50;

  /** Below this chance of finding none by sampling alone, finding none is a failure. */
  private static final double LUCK = 0.01;

  private static final String EXPORTER =
      "See /health/ready and the log of bin/telemetry export-spans, and OTEL_EXPORTER_OTLP_ENDPOINT.";

  /**
   * Settings of the traced service.
   *
   * @param sampler by which its traces are sampled
   * @param service its name in Jaeger
   */
  public record Tracing(Sampler sampler, String service) {}

  private final HttpTarget jaeger;
  private final HttpTarget prometheus;
  private final LokiLines loki;
  private final Sampler sampler;
  private final String service;
  private final Clock clock;

  public TracingChecks(
      HttpTarget jaeger, HttpTarget prometheus, LokiLines loki, Tracing settings, Clock clock) {
    this.jaeger = jaeger;
    this.prometheus = prometheus;
    this.loki = loki;
    this.sampler = settings.sampler();
    this.service = settings.service();
    this.clock = clock;
  }

  public Finding keySpans() throws NoAnswerException, InterruptedException {
    JsonNode operations =
        jaeger.json("/api/v3/operations?service=" + encoded(service)).path("operations");
    Set<String> kinds = new TreeSet<>();
    for (JsonNode operation : operations) {
      kinds.add(kind(operation.path("name").asText()));
    }
    kinds.remove("");
    if (kinds.isEmpty()) {
      return Finding.fail(
          "Jaeger at %s has no span of the service %s.".formatted(jaeger.where(), service),
          EXPORTER);
    }
    return kinds.contains("debates")
        ? Finding.pass("Jaeger has spans of the service %s, for %s.".formatted(service, kinds))
        : Finding.fail(
            "Jaeger has spans of the service %s for %s, but none for debates."
                .formatted(service, kinds),
            "Check that debates end (aragora_debates_completed_total); their spans are written then.");
  }

  private static String kind(String operation) {
    if (operation.startsWith("debate.")) {
      return "debates";
    }
    if (operation.startsWith("agent.")) {
      return "agent calls";
    }
    return operation.contains(" /") ? "requests" : "";
  }

  public Finding idsMatch() throws NoAnswerException, InterruptedException {
    List<String> ids = loki.traceIds().stream().limit(IDS_LOOKED_UP).toList();
    if (ids.isEmpty()) {
      return Finding.cannotTell(
          "Loki has no line of %s with a trace id.".formatted(loki.selector()),
          "See the lines under Logging first.");
    }
    int found = 0;
    for (String id : ids) {
      HttpTarget.Reply reply = jaeger.get("/api/traces/" + encoded(id));
      if (reply.status() == 200 && !jaeger.parse("/api/traces", reply).path("data").isEmpty()) {
        found++;
      }
    }
    String seen =
        "Of %d trace ids in Loki's lines, Jaeger has %d (sampler %s)."
            .formatted(ids.size(), found, sampler);
    if (found > 0) {
      return Finding.pass(seen);
    }
    boolean byChance = !(Math.pow(1 - sampler.ratio(), ids.size()) < LUCK);
    return byChance
        ? Finding.cannotTell(
            seen, "Sampling alone explains it: look again when there are more lines.")
        : Finding.fail(seen, EXPORTER);
  }

  public Finding samplingConfigured() throws NoAnswerException, InterruptedException {
    if (Double.isNaN(sampler.ratio())) {
      return Finding.fail(
          "OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG are \"%s\", which is not a sampler."
              .formatted(sampler),
          "Use parentbased_traceidratio and a share from 0 to 1, as the guide does.");
    }
    double kept =
        value("sum(aragora_telemetry_exporter_acknowledged_records_total{exporter=\"spans\"})");
    double left =
        value(
            "sum(aragora_telemetry_exporter_skipped_records_total"
                + "{exporter=\"spans\",reason=\"unsampled\"})");
    if (kept + left == 0) {
      return Finding.cannotTell(
          "%s is set here; Prometheus has no record that a span exporter judged."
              .formatted(sampler),
          EXPORTER);
    }
    String seen =
        "%s; the span exporters kept %.1f %% of %.0f records."
            .formatted(sampler, 100 * kept / (kept + left), kept + left);
    boolean byChance = !(Math.pow(1 - sampler.ratio(), left) < LUCK);
    return kept > 0 || byChance
        ? Finding.pass(seen)
        : Finding.fail(
            seen, "The exporter is set otherwise, or instances write the flag \"not sampled\".");
  }

  /** The value of a query that gives one series; 0 if it gives none. */
  private double value(String query) throws NoAnswerException, InterruptedException {
    JsonNode result =
        prometheus.json("/api/v1/query?query=" + encoded(query)).path("data").path("result");
    return result.path(0).path("value").path(1).asDouble(0);
  }

  /**
   * The services that the traced service calls. Jaeger's own map is a part of them by chance:
   * Badger computes it from the newest 100 traces, Elasticsearch by a job every 30 minutes.
   */
  public Finding serviceMap() throws NoAnswerException, InterruptedException {
    List<String> called = new ArrayList<>();
    for (JsonNode name : jaeger.json("/api/v3/services").path("services")) {
      if (!name.asText().equals(service) && !name.asText().startsWith("jaeger")) {
        called.add(name.asText());
      }
    }
    if (called.isEmpty()) {
      return Finding.fail(
          "Jaeger has no span of a service that %s calls, so its service map is empty."
              .formatted(service),
          "It needs agent calls, and ARAGORA_TELEMETRY_AGENT_SERVICE_SPANS on.");
    }
    int edges = 0;
    String path =
        "/api/dependencies?endTs=%d&lookback=%d".formatted(clock.millis(), MAP_LOOKBACK.toMillis());
    for (JsonNode edge : jaeger.json(path).path("data")) {
      edges += called.contains(edge.path("child").asText()) ? 1 : 0;
    }
    return Finding.pass(
        "Jaeger has spans of %d services that %s calls: %s; its map of the last day shows %d of them."
            .formatted(called.size(), service, String.join(", ", called), edges));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
