package org.aragora.telemetry.processor.page;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.aragora.telemetry.chassis.page.PageContent.Row;
import org.aragora.telemetry.chassis.quantile.Quantile;
import org.aragora.telemetry.processor.page.PageFigures.Gauges;
import org.aragora.telemetry.processor.page.PageFigures.Topic;

/** The verdict and the figures in words, for a browser without JavaScript. */
final class PageRows {
  private static final double BEHIND_SECONDS = 30;
  private static final String UNKNOWN = "not served by this process";

  private PageRows() {}

  static List<Row> of(PageFigures figures, List<ExporterReport> exporters) {
    List<Row> rows = new ArrayList<>();
    PageFigures.Service service = figures.service();
    PageFigures.Serving serving = figures.serving();
    add(rows, "Verdict", verdict(figures));
    add(rows, service.ready().ok() ? "Ready" : "Not ready", service.ready().cause());
    add(rows, "Complete until", completeUntil(figures.topics()));
    add(rows, "Lag", lag(figures.topics()));
    add(
        rows,
        "Ledger",
        serving.balanced().map(yes -> yes ? "balances" : "does not balance").orElse(UNKNOWN));
    add(rows, "Application id", service.identity().applicationId());
    add(
        rows,
        "Generation",
        service.generation() < 0 ? "none yet" : String.valueOf(service.generation()));
    add(
        rows,
        "Partitions served",
        "%d of %d%s"
            .formatted(
                serving.served().size(),
                serving.all(),
                serving.isWhole() ? "" : "; the figures below are a part"));
    PageFigures.Traffic traffic = figures.traffic();
    Gauges gauges = traffic.gauges();
    add(rows, "Requests", number(traffic.requests()));
    add(rows, "Requests answered with 5xx", errors(traffic));
    add(rows, "P99 latency of all requests", seconds(Quantile.of(0.99, buckets(traffic))));
    add(rows, "Active debates", number(gauges.activeDebates()));
    add(rows, "WebSocket connections", number(gauges.webSocketConnections()));
    add(rows, "Agent calls", number(gauges.agentCalls()));
    for (Topic topic : figures.topics()) {
      add(
          rows,
          topic.name(),
          String.format(
              Locale.ROOT,
              "read %,.0f, counted %,.0f, duplicate %,.0f, dead letters %,.0f, late %,.0f,"
                  + " missing %,.0f",
              topic.read(),
              topic.counted(),
              topic.duplicate(),
              topic.deadLettered(),
              topic.late(),
              topic.missing()));
    }
    exporters.forEach(each -> add(rows, "Exporter " + each.address(), exporter(each)));
    return rows;
  }

  private static String exporter(ExporterReport report) {
    ExporterReport.Figures figures = report.figures();
    if (figures == null) {
      return report.problem();
    }
    OptionalDouble lag = figures.lagSeconds();
    return String.format(
        Locale.ROOT,
        "%,d %s sent, lag %s, %,d records waiting, dead letters %,d, %s",
        figures.items(),
        figures.exporter().equals("logs") ? "lines" : "spans",
        lag.isPresent() ? String.format(Locale.ROOT, "%.1f s", lag.getAsDouble()) : "not measured",
        figures.lagRecords(),
        figures.deadLettered(),
        figures.ready().ok() ? "ready" : "not ready: " + figures.ready().cause());
  }

  private static void add(List<Row> rows, String name, String value) {
    rows.add(new Row(name, value));
  }

  /** The first sentence that holds, in the order of the live page. */
  private static String verdict(PageFigures figures) {
    List<Topic> topics = figures.topics();
    PageFigures.Serving serving = figures.serving();
    OptionalDouble lag = most(topics, topic -> topic.lagSeconds().orElse(-1));
    double missing = topics.stream().mapToDouble(Topic::missing).sum();
    if (!figures.service().live().ok()) {
      return "Stopped";
    } else if (!figures.service().ready().ok()) {
      return "Not ready";
    } else if (serving.balanced().equals(Optional.of(false))) {
      return "The ledger does not balance";
    } else if (!serving.isWhole()) {
      return "A part: %d of %d partitions".formatted(serving.served().size(), serving.all());
    } else if (lag.orElse(0) > BEHIND_SECONDS) {
      return "Behind by " + seconds(lag);
    } else if (missing > 0) {
      return String.format(Locale.ROOT, "%,.0f events missing", missing);
    } else if (topics.stream().anyMatch(PageRows::isJustTakenOver)) {
      return "Just taken over";
    } else if (topics.stream().allMatch(topic -> topic.completeUntilSeconds().isEmpty())) {
      return "Nothing counted yet";
    }
    return "Complete until " + completeUntil(topics) + ", but for late events";
  }

  private static boolean isJustTakenOver(Topic topic) {
    return topic.counted() > 0 && topic.completeUntilSeconds().isEmpty();
  }

  private static String errors(PageFigures.Traffic traffic) {
    double all = traffic.requests().orElse(0);
    return number(traffic.serverErrors())
        + (all > 0
            ? String.format(
                Locale.ROOT, " (%.2f %% of all)", 100 * traffic.serverErrors().orElse(0) / all)
            : "");
  }

  private static NavigableMap<Double, Double> buckets(PageFigures.Traffic traffic) {
    NavigableMap<Double, Double> buckets = new TreeMap<>();
    for (int i = 0; i < traffic.bounds().size(); i++) {
      buckets.put(traffic.bounds().get(i), traffic.buckets().get(i));
    }
    return buckets;
  }

  private static String completeUntil(List<Topic> topics) {
    OptionalDouble first =
        topics.stream()
            .map(Topic::completeUntilSeconds)
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .min();
    if (first.isEmpty()) {
      return topics.isEmpty() ? UNKNOWN : "not known yet";
    }
    return Instant.ofEpochSecond((long) first.getAsDouble())
        .truncatedTo(ChronoUnit.SECONDS)
        .toString();
  }

  private static String lag(List<Topic> topics) {
    return seconds(most(topics, topic -> topic.lagSeconds().orElse(-1)));
  }

  private static String seconds(OptionalDouble value) {
    return value.isPresent()
        ? String.format(
            Locale.ROOT, value.getAsDouble() < 1 ? "%.3f s" : "%.1f s", value.getAsDouble())
        : UNKNOWN;
  }

  private static OptionalDouble most(List<Topic> topics, ToDoubleFunction<Topic> of) {
    return topics.stream().mapToDouble(of).filter(value -> value >= 0).max();
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, "%,.0f", value.getAsDouble()) : UNKNOWN;
  }
}
