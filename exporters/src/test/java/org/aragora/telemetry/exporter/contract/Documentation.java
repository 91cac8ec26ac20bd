package org.aragora.telemetry.exporter.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares docs/reference/spans-and-lines.md with the output of the program. */
public final class Documentation {

  private static final Path FILE = Path.of("..", "docs", "reference", "spans-and-lines.md");

  private Documentation() {}

  /** The block between {@code <!-- name -->} and {@code <!-- /name -->} must be this. */
  public static void assertBlock(String name, String expected) {
    String begin = "<!-- " + name + " -->\n";
    String end = "<!-- /" + name + " -->";
    try {
      String text = Files.readString(FILE);
      int from = text.indexOf(begin);
      int to = text.indexOf(end);
      assertThat(from).as("the block %s of %s", name, FILE).isNotNegative();
      if (Boolean.getBoolean("aragora.telemetry.docs.write")) {
        Files.writeString(
            FILE, text.substring(0, from + begin.length()) + expected + text.substring(to));
      } else {
        assertThat(text.substring(from + begin.length(), to))
            .as("the block %s of %s; -Daragora.telemetry.docs.write=true writes it", name, FILE)
            .isEqualTo(expected);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
