package org.aragora.telemetry.chassis.page;

import java.util.List;

/**
 * The figures of the page at one moment.
 *
 * @param json all figures, as one line
 * @param rows the most important ones in words, for a browser without JavaScript
 */
public record PageContent(String json, List<Row> rows) {

  /** One figure: its name and its value, both plain text. */
  public record Row(String name, String value) {}

  public PageContent {
    rows = List.copyOf(rows);
    if (json.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("an event of the stream is one line");
    }
  }
}
