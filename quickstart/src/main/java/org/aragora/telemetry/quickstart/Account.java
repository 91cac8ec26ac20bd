package org.aragora.telemetry.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Account of every event, topic by topic: records written and records counted by the processor.
 *
 * @param rows one per input topic
 */
record Account(List<Row> rows) {

  /**
   * One topic.
   *
   * @param emitted events of the load that the broker acknowledged
   * @param processor events that the processor wrote itself
   * @param others records of other clients
   * @param unread most records that the processor may not have read yet, by the offset that its
   *     counts end at
   */
  record Row(
      String topic,
      long emitted,
      long processor,
      long others,
      long counted,
      long duplicate,
      long deadLettered,
      long unread) {

    /**
     * Returns true if every record is accounted for and none is a dead letter. Others may send an
     * event twice, the load may not.
     */
    boolean isSettled() {
      return notRead() == 0 && !isWrong();
    }

    /** Returns true if a record is missing, counted twice or refused; unread ones are not. */
    boolean isWrong() {
      return missing() != 0 || deadLettered > 0 || (others == 0 && duplicate > 0);
    }

    long notRead() {
      return Math.max(0, Math.min(unread, open()));
    }

    private long missing() {
      return open() - notRead();
    }

    private long open() {
      return emitted + processor + others - counted - duplicate - deadLettered;
    }

    private String difference() {
      if (missing() != 0) {
        return "%s: %,d records are %s."
            .formatted(
                topic,
                Math.abs(missing()),
                missing() > 0 ? "missing" : "counted without a known writer");
      }
      return deadLettered > 0
          ? "%s: dead letters: %,d; aragora.dead-letters holds each with its reason."
              .formatted(topic, deadLettered)
          : "%s: %,d events of the load are duplicates.".formatted(topic, duplicate);
    }
  }

  Account {
    rows = List.copyOf(rows);
  }

  boolean isSettled() {
    return rows.stream().allMatch(Row::isSettled);
  }

  /** Returns true if a record is missing, counted twice or refused. */
  boolean isWrong() {
    return rows.stream().anyMatch(Row::isWrong);
  }

  /** Number of records that the processor has read, whatever became of them. */
  long settled() {
    return rows.stream()
        .mapToLong(row -> row.counted() + row.duplicate() + row.deadLettered())
        .sum();
  }

  /** Returns true if the processor has not read everything yet. */
  boolean isUnread() {
    return rows.stream().anyMatch(row -> row.notRead() > 0);
  }

  /** Returns true if other clients wrote to the topics. */
  boolean hasOthers() {
    return rows.stream().anyMatch(row -> row.others() > 0);
  }

  /** The table, and one sentence, or one for each topic that does not add up. */
  List<String> lines() {
    boolean others = hasOthers();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%-22s %12s %13s%s %12s %10s %14s"
            .formatted(
                "topic",
                "emitted",
                "by processor",
                others ? "       others" : "",
                "counted",
                "duplicate",
                "dead-lettered"));
    for (Row row : rows) {
      lines.add(
          "%-22s %,12d %,13d%s %,12d %,10d %,14d"
              .formatted(
                  row.topic(),
                  row.emitted(),
                  row.processor(),
                  others ? String.format(Locale.ROOT, " %,12d", row.others()) : "",
                  row.counted(),
                  row.duplicate(),
                  row.deadLettered()));
    }
    lines.add("");
    if (isSettled()) {
      lines.add(
          others
              ? "Every record is accounted for, in every topic."
              : "Every event is accounted for: emitted + written by the processor = counted, in"
                  + " every topic.");
    } else {
      rows.stream().filter(Row::isWrong).map(Row::difference).forEach(lines::add);
      rows.stream()
          .filter(row -> row.notRead() > 0)
          .map(row -> "%s: %,d records are not read yet.".formatted(row.topic(), row.notRead()))
          .forEach(lines::add);
      if (!isWrong()) {
        lines.add("No record is missing: the processor has not read the rest yet.");
      }
    }
    return lines;
  }
}
