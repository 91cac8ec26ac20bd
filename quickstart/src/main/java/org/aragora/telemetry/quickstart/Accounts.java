package org.aragora.telemetry.quickstart;

import java.util.ArrayList;
import java.util.List;
import org.aragora.telemetry.quickstart.load.ClientAccount;
import org.jspecify.annotations.Nullable;

/**
 * All accounts of a run.
 *
 * @param client of Aragora; null without one
 */
record Accounts(@Nullable ClientAccount client, Account events, ExportAccount exports) {

  boolean isSettled() {
    return events.isSettled() && exports.isSettled() && (client == null || client.isSettled());
  }

  /**
   * Returns true if something is missing, wrong or refused. What was not read yet is not, and
   * accounts that depend on it are then open.
   */
  boolean isWrong() {
    return events.isWrong()
        || exports.isWrong()
        || (client != null && !client.isSettled() && !events.isUnread());
  }

  /** All tables, with an empty line before each. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (client != null) {
      lines.add("");
      lines.addAll(client.lines());
    }
    lines.add("");
    lines.addAll(events.lines());
    lines.add("");
    lines.addAll(exports.lines());
    return lines;
  }
}
