package org.aragora.telemetry.quickstart;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Output for the user: lines that stay, and one live line. A terminal overwrites the live line;
 * elsewhere it is a plain line now and then.
 */
final class Screen {

  private static final String CLEAR_TO_END = "\033[K";
  private static final long PLAIN_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final PrintStream out;
  private final boolean terminal;
  private final IntSupplier width;
  private boolean isLive;
  private long lastPlainNanos;

  /** {@code width}: columns of the terminal at the moment. */
  Screen(PrintStream out, boolean terminal, IntSupplier width) {
    this.out = out;
    this.terminal = terminal;
    this.width = width;
    this.lastPlainNanos = System.nanoTime();
  }

  void line(String text) {
    endLive();
    out.println(text);
    out.flush();
  }

  /** Shows the live line; a terminal gets as much of it as fits. */
  void live(String text) {
    if (terminal) {
      // One column stays free: a full line would break some terminals.
      int room = Math.max(1, width.getAsInt() - 1);
      out.print("\r" + (text.length() <= room ? text : text.substring(0, room)) + CLEAR_TO_END);
      out.flush();
      isLive = true;
    } else if (System.nanoTime() - lastPlainNanos >= PLAIN_EVERY_NANOS) {
      lastPlainNanos = System.nanoTime();
      line(text);
    }
  }

  private void endLive() {
    if (isLive) {
      out.println();
      isLive = false;
    }
  }
}
