package org.aragora.telemetry.benchmarks.freshness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pauses of a JVM for its garbage collector, in ascending order.
 *
 * @param millis each of them
 */
@SuppressWarnings("ArrayRecordComponent") // nothing compares or changes them
record Pauses(double[] millis) {
  private static final Pattern PAUSE = Pattern.compile("Pause .* ([0-9.]+)ms$");

  /** Returns the option of the JVM that logs them. */
  static String option(Path log) {
    return "-Xlog:gc:file=" + log;
  }

  /** Reads what was logged by now. */
  static Pauses of(Path log) throws IOException {
    return new Pauses(
        Files.readAllLines(log).stream()
            .map(PAUSE::matcher)
            .filter(Matcher::find)
            .mapToDouble(pause -> Double.parseDouble(pause.group(1)))
            .sorted()
            .toArray());
  }

  @Override
  public String toString() {
    int count = millis.length;
    return count == 0
        ? "no pause"
        : "%d pauses of %.0f ms in all: p50 %.1f ms, p99 %.1f ms, max %.1f ms"
            .formatted(
                count,
                Arrays.stream(millis).sum(),
                millis[count / 2],
                millis[count * 99 / 100],
                millis[count - 1]);
  }
}
