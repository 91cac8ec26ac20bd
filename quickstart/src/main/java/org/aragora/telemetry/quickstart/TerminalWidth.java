package org.aragora.telemetry.quickstart;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** Columns of the terminal, measured again every few seconds: its window may change. */
final class TerminalWidth implements IntSupplier {
  private static final int USUAL = 80;
  private static final long MEASURED_EVERY_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final int fixed;
  private long lastNanos;
  private int last;

  /** {@code environment}: its COLUMNS go before what the terminal reports. */
  TerminalWidth(Map<String, String> environment) {
    this.fixed = number(environment.getOrDefault("COLUMNS", ""));
  }

  @Override
  public int getAsInt() {
    if (fixed > 0) {
      return fixed;
    }
    if (last == 0 || System.nanoTime() - lastNanos > MEASURED_EVERY_NANOS) {
      last = measured();
      lastNanos = System.nanoTime();
    }
    return last;
  }

  private static int measured() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String size =
          new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      int columns = number(size.substring(size.indexOf(' ') + 1));
      return columns > 0 ? columns : USUAL;
    } catch (IOException e) {
      return USUAL;
    }
  }

  private static int number(String text) {
    return text.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(text) : 0;
  }
}
