package org.aragora.telemetry.doctor.top.figures;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * An exporter, as the processor reports it.
 *
 * @param problem the reason why there are no figures; else empty
 * @param kind {@code spans} or {@code logs}; empty without figures
 * @param timeMs when it collected the figures, by its own clock
 * @param items sent since its start
 * @param lagRecords records that wait
 */
public record Exporter(
    String address,
    String problem,
    String kind,
    long timeMs,
    Snapshot.Health live,
    Snapshot.Health ready,
    OptionalDouble lagSeconds,
    OptionalDouble lagRecords,
    OptionalDouble items,
    OptionalDouble deadLettered) {

  static List<Exporter> of(JsonNode reports) {
    List<Exporter> exporters = new ArrayList<>();
    for (JsonNode report : reports) {
      JsonNode figures = report.path("figures");
      exporters.add(
          new Exporter(
              report.path("address").asText(),
              figures.isObject() ? "" : report.path("problem").asText("no figures"),
              figures.path("exporter").asText(),
              figures.path("timeMs").asLong(),
              Snapshot.health(figures.path("live")),
              Snapshot.health(figures.path("ready")),
              Snapshot.number(figures.path("lagSeconds")),
              Snapshot.number(figures.path("lagRecords")),
              Snapshot.number(figures.path("items")),
              Snapshot.number(figures.path("deadLettered"))));
    }
    return exporters;
  }

  /** Returns true if it has answered. */
  public boolean hasFigures() {
    return problem.isEmpty();
  }
}
