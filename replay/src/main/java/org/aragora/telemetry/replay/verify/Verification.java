package org.aragora.telemetry.replay.verify;

import java.io.PrintWriter;
import java.util.List;

/**
 * The result of a comparison.
 *
 * @param differences a sentence each, in order
 * @param remarks the values that were not compared, and why
 * @param summary the numbers of compared values
 * @param values number of compared values
 */
public record Verification(
    List<String> differences, List<String> remarks, String summary, long values) {

  /** Returns true if something was compared and nothing differs. */
  public boolean isClean() {
    return values > 0 && differences.isEmpty();
  }

  /** Prints each difference, then the rest. */
  public void print(PrintWriter out) {
    differences.forEach(out::println);
    remarks.forEach(out::println);
    out.println(summary);
    out.flush();
  }
}
