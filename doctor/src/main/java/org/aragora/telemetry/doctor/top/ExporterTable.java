package org.aragora.telemetry.doctor.top;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.aragora.telemetry.doctor.top.figures.Exporter;
import org.aragora.telemetry.doctor.top.screen.Layout;
import org.aragora.telemetry.doctor.top.screen.Line;
import org.aragora.telemetry.doctor.top.screen.Table;
import org.aragora.telemetry.doctor.top.screen.Tone;

/** Rate, lag and health of each exporter, and below the reasons of those that are not ready. */
final class ExporterTable {
  private static final String SCHEME = "http://";
  private static final List<Table.Column> COLUMNS =
      List.of(
          new Table.Column("exporter", 0, true),
          new Table.Column("sends", 4, true),
          new Table.Column("rate", 2, false),
          new Table.Column("sent", 7, false),
          new Table.Column("lag", 3, false),
          new Table.Column("waiting", 6, false),
          new Table.Column("dead", 5, false),
          new Table.Column("health", 1, true));

  private ExporterTable() {}

  /** Returns no line if there is no exporter. {@code rates}: items a second, by address. */
  static List<Line> lines(List<Exporter> exporters, Map<String, Double> rates, int width) {
    List<Line> lines = new ArrayList<>();
    if (exporters.isEmpty()) {
      return lines;
    }
    Table table = new Table(COLUMNS);
    exporters.forEach(each -> table.add(row(each, rates)));
    lines.addAll(table.lines(width));
    for (Exporter each : exporters) {
      String reason = reason(each);
      if (!reason.isEmpty()) {
        lines.addAll(Layout.sentence(name(each) + ": " + reason, Tone.BAD, width));
      }
    }
    lines.add(Line.empty());
    return lines;
  }

  private static List<Table.Cell> row(Exporter exporter, Map<String, Double> rates) {
    Double rate = rates.get(exporter.address());
    OptionalDouble lag = exporter.lagSeconds();
    boolean behind = lag.orElse(0) > Verdict.BEHIND_SECONDS;
    return List.of(
        cell(name(exporter), Tone.PLAIN),
        cell(sends(exporter), Tone.PLAIN),
        cell(
            Figure.perSecond(rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate)),
            Tone.PLAIN),
        cell(Figure.rough(exporter.items()), Tone.PLAIN),
        cell(Figure.duration(lag), behind ? Tone.WARN : Tone.PLAIN),
        cell(Figure.rough(exporter.lagRecords()), Tone.PLAIN),
        cell(
            Figure.rough(exporter.deadLettered()),
            exporter.deadLettered().orElse(0) > 0 ? Tone.WARN : Tone.PLAIN),
        reason(exporter).isEmpty() ? cell("ready", Tone.PLAIN) : cell(state(exporter), Tone.BAD));
  }

  private static String name(Exporter exporter) {
    String address = exporter.address();
    return address.startsWith(SCHEME) ? address.substring(SCHEME.length()) : address;
  }

  private static String sends(Exporter exporter) {
    if (!exporter.hasFigures()) {
      return "-";
    }
    return exporter.kind().equals("logs") ? "lines" : exporter.kind();
  }

  private static String state(Exporter exporter) {
    if (!exporter.hasFigures()) {
      return "no figures";
    }
    return exporter.live().ok() ? "not ready" : "stopped";
  }

  private static String reason(Exporter exporter) {
    if (!exporter.hasFigures()) {
      return exporter.problem();
    }
    if (!exporter.live().ok()) {
      return "stopped: " + exporter.live().cause();
    }
    return exporter.ready().ok() ? "" : "not ready: " + exporter.ready().cause();
  }

  private static Table.Cell cell(String text, Tone tone) {
    return new Table.Cell(text, tone);
  }
}
