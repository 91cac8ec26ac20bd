package org.aragora.telemetry.doctor.top;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.aragora.telemetry.doctor.top.figures.Snapshot;
import org.aragora.telemetry.doctor.top.screen.Table;
import org.aragora.telemetry.doctor.top.screen.Tone;

/** The ledger of each topic, and its lag. */
final class LedgerTable {
  private static final List<Table.Column> COLUMNS =
      List.of(
          new Table.Column("topic", 0, true),
          new Table.Column("read", 2, false),
          new Table.Column("counted", 1, false),
          new Table.Column("duplicate", 6, false),
          new Table.Column("dead", 3, false),
          new Table.Column("late", 7, false),
          new Table.Column("missing", 4, false),
          new Table.Column("waiting", 8, false),
          new Table.Column("lag", 5, false),
          new Table.Column("complete until", 9, true));

  private LedgerTable() {}

  /** {@code rough}: with short names and rounded numbers. */
  static Table of(Snapshot now, boolean rough) {
    Function<OptionalDouble, String> number = rough ? Figure::rough : Figure::whole;
    String prefix = now.service().topicPrefix();
    Table table = new Table(COLUMNS);
    for (Snapshot.Topic topic : now.topics()) {
      boolean named = rough && topic.name().startsWith(prefix);
      OptionalDouble lag = topic.figure("lagSeconds");
      OptionalDouble dead = topic.figure("deadLettered");
      OptionalDouble missing = topic.figure("missing");
      table.add(
          List.of(
              cell(named ? topic.name().substring(prefix.length()) : topic.name(), false),
              cell(number.apply(topic.figure("read")), false),
              cell(number.apply(topic.figure("counted")), false),
              cell(number.apply(topic.figure("duplicate")), false),
              cell(number.apply(dead), dead.orElse(0) > 0),
              cell(number.apply(topic.figure("late")), false),
              cell(number.apply(missing), missing.orElse(0) > 0),
              cell(number.apply(topic.figure("lagRecords")), false),
              cell(Figure.duration(lag), lag.orElse(0) > Verdict.BEHIND_SECONDS),
              cell(Figure.moment(topic.figure("completeUntilSeconds")), false)));
    }
    return table;
  }

  private static Table.Cell cell(String text, boolean warn) {
    return new Table.Cell(text, warn ? Tone.WARN : Tone.PLAIN);
  }
}
