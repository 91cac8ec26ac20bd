package org.aragora.telemetry.quickstart;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/**
 * Output for the user: lines that stay, and one live line. A terminal overwrites the live line;
 * elsewhere it is a plain line now and then.
 */
final class Screen {

  private static final long PLAIN_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final PrintStream out;
  private final boolean terminal;
  private int liveWidth;
  private long lastPlainNanos;

  Screen(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
    this.lastPlainNanos = System.nanoTime();
  }

  void line(String text) {
    endLive();
    out.println(text);
    out.flush();
  }

  void live(String text) {
    if (terminal) {
      out.print("\r" + text + " ".repeat(Math.max(0, liveWidth - text.length())));
      out.flush();
      liveWidth = text.length();
    } else if (System.nanoTime() - lastPlainNanos >= PLAIN_EVERY_NANOS) {
      lastPlainNanos = System.nanoTime();
      line(text);
    }
  }

  private void endLive() {
    if (liveWidth > 0) {
      out.println();
      liveWidth = 0;
    }
  }
}
