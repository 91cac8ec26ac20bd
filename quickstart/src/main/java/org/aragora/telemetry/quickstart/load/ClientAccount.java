package org.aragora.telemetry.quickstart.load;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Account of what a client of Aragora did: its own counts, and those of the processor.
 *
 * @param rows one per kind of request or debate
 * @param foreign true if other programs wrote to the topics; they may have written the same kinds
 * @param trouble one sentence on the server's end, null if it ended well
 */
public record ClientAccount(List<Row> rows, boolean foreign, @Nullable String trouble) {

  /**
   * One kind of request or debate.
   *
   * @param client by its own count
   * @param others by other clients of the server
   * @param counted on {@code /metrics}
   */
  public record Row(String kind, long client, long others, long counted) {

    private boolean isSettled(boolean foreign) {
      return foreign ? counted >= client + others : counted == client + others;
    }
  }

  public ClientAccount {
    rows = List.copyOf(rows);
  }

  /** Returns true if the processor counted what the client did, and the server ended well. */
  public boolean isSettled() {
    return trouble == null && rows.stream().allMatch(row -> row.isSettled(foreign));
  }

  /** The table, and one sentence, or one for each kind that does not add up. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%-46s %13s %12s %12s"
            .formatted("requests and debates", "by the driver", "by others", "counted"));
    for (Row row : rows) {
      lines.add(
          "%-46s %,13d %,12d %,12d"
              .formatted(row.kind(), row.client(), row.others(), row.counted()));
    }
    lines.add("");
    if (isSettled()) {
      lines.add(
          "Every request and every debate that the driver counted is counted on /metrics, and the"
              + " server reported its end.");
    }
    rows.stream()
        .filter(row -> !row.isSettled(foreign))
        .map(
            row ->
                "%s: the driver and others made %,d, but %,d are counted."
                    .formatted(row.kind(), row.client() + row.others(), row.counted()))
        .forEach(lines::add);
    if (trouble != null) {
      lines.add(trouble);
    }
    return lines;
  }
}
