package org.aragora.telemetry.processor.page;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.aragora.telemetry.chassis.page.PageContent.Row;
import org.aragora.telemetry.processor.page.PageFigures.Gauges;
import org.aragora.telemetry.processor.page.PageFigures.Topic;

/** The verdict and the figures in words, for a browser without JavaScript. */
final class PageRows {
  private static final String UNKNOWN = "not served by this process";

  private PageRows() {}

  static List<Row> of(PageFigures figures) {
    List<Row> rows = new ArrayList<>();
    PageFigures.Service service = figures.service();
    PageFigures.Serving serving = figures.serving();
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
    add(rows, "Partitions served", "%d of %d".formatted(serving.served().size(), serving.all()));
    PageFigures.Traffic traffic = figures.traffic();
    Gauges gauges = traffic.gauges();
    add(rows, "Requests", number(traffic.requests()));
    add(rows, "Requests answered with 5xx", number(traffic.serverErrors()));
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
    return rows;
  }

  private static void add(List<Row> rows, String name, String value) {
    rows.add(new Row(name, value));
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
    return most(topics, topic -> topic.lagSeconds().orElse(-1)).stream()
        .mapToObj(seconds -> String.format(Locale.ROOT, "%.1f s", seconds))
        .findFirst()
        .orElse(UNKNOWN);
  }

  private static OptionalDouble most(List<Topic> topics, ToDoubleFunction<Topic> of) {
    return topics.stream().mapToDouble(of).filter(value -> value >= 0).max();
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, "%,.0f", value.getAsDouble()) : UNKNOWN;
  }
}
