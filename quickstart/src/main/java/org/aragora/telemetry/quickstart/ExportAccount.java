package org.aragora.telemetry.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Account of every span and every line: expected by the events, acknowledged to the exporters,
 * counted by the receivers.
 *
 * @param rows one per exporter
 */
record ExportAccount(List<Row> rows) {

  /**
   * One exporter.
   *
   * @param items {@code spans} or {@code lines}
   * @param expected by the events; empty if settings of the user or others' events decide
   * @param sent as often as they were sent
   * @param acknowledged by the exporter's own metrics
   * @param received by the receiver's own count, repeated ones once; empty for a real backend
   * @param deadLettered records that the backend refused
   * @param unsettledRecords records of the topics that are neither acknowledged nor dead letters
   *     nor left out by the exporter; negative if its own metrics count more than there are
   * @param lag records, by the exporter's own metrics; empty until it serves them
   */
  record Row(
      String items,
      OptionalLong expected,
      long sent,
      long acknowledged,
      OptionalLong received,
      long deadLettered,
      long unsettledRecords,
      OptionalLong lag) {

    boolean isSettled() {
      return difference() == null;
    }

    /**
     * Returns true if the exporter is only behind: it has an answer of its backend, or has sent
     * nothing yet, and reports all that is open as its lag.
     */
    boolean isBehind() {
      return unsettledRecords > 0
          && unsettledRecords == lag.orElse(unsettledRecords)
          && (acknowledged > 0 || sent == 0)
          && deadLettered == 0
          && (received.isEmpty() || received.getAsLong() >= acknowledged);
    }

    /** One sentence on the first thing that is wrong, or null. */
    @Nullable String difference() {
      if (isBehind()) {
        return "%s: %,d records are not exported yet.".formatted(items, unsettledRecords);
      }
      if (unsettledRecords != 0 || lag.orElse(-1) != 0) {
        return "%s: %,d records are not settled, the exporter reports the lag %s; its log has the reason."
            .formatted(items, unsettledRecords, lag.isPresent() ? lag.getAsLong() : "unknown");
      }
      if (received.isPresent() && received.getAsLong() != acknowledged) {
        return "%s: %,d were acknowledged, but %,d have arrived."
            .formatted(items, acknowledged, received.getAsLong());
      }
      if (deadLettered > 0) {
        return "%s: dead letters: %,d; aragora.export-dead-letters holds each with its reason."
            .formatted(items, deadLettered);
      }
      if (expected.isPresent() && expected.getAsLong() != acknowledged) {
        return "%s: the events give %,d, but %,d were acknowledged."
            .formatted(items, expected.getAsLong(), acknowledged);
      }
      return null;
    }
  }

  ExportAccount {
    rows = List.copyOf(rows);
  }

  boolean isSettled() {
    return rows.stream().allMatch(Row::isSettled);
  }

  /** Returns true if anything is wrong but that exporters are behind. */
  boolean isWrong() {
    return rows.stream().anyMatch(row -> !row.isSettled() && !row.isBehind());
  }

  long acknowledged(String items) {
    return rows.stream()
        .filter(row -> row.items().equals(items))
        .mapToLong(Row::acknowledged)
        .sum();
  }

  /** The table, and one sentence, or one for each exporter that does not add up. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%-22s %12s %13s %12s %12s %14s"
            .formatted(
                "exported", "expected", "sent", "acknowledged", "received", "dead-lettered"));
    for (Row row : rows) {
      lines.add(
          "%-22s %12s %,13d %,12d %12s %,14d"
              .formatted(
                  row.items(),
                  number(row.expected()),
                  row.sent(),
                  row.acknowledged(),
                  number(row.received()),
                  row.deadLettered()));
    }
    lines.add("");
    if (isSettled()) {
      boolean all = rows.stream().allMatch(row -> row.expected().isPresent());
      boolean seen = rows.stream().allMatch(row -> row.received().isPresent());
      lines.add(
          (all ? "Every span and every line that the events give" : "Every span and every line")
              + (seen ? " was acknowledged and received." : " was acknowledged."));
    } else {
      rows.stream()
          .filter(row -> !row.isSettled())
          .map(row -> String.valueOf(row.difference()))
          .forEach(lines::add);
    }
    return lines;
  }

  private static String number(OptionalLong value) {
    return value.isPresent() ? String.format(Locale.ROOT, "%,d", value.getAsLong()) : "-";
  }
}
