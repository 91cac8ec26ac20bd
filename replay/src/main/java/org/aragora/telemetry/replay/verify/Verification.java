package org.aragora.telemetry.replay.verify;

import java.io.PrintWriter;
import java.util.List;

/**
 * What a comparison has found.
 *
 * @param differences a sentence each, in order
 * @param remarks what was not compared, and why
 * @param summary what was compared
 * @param values how many values were compared
 */
public record Verification(
    List<String> differences, List<String> remarks, String summary, long values) {

  /** Whether something was compared and nothing differs. */
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
