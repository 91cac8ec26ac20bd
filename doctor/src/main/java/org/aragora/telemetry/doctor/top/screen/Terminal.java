package org.aragora.telemetry.doctor.top.screen;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Output of frames. In a terminal they are drawn over each other on its other screen, and closing
 * brings back what was there; elsewhere they follow each other as plain lines.
 */
public final class Terminal implements AutoCloseable {
  private static final String ENTER = "\u001b[?1049h\u001b[?25l";
  private static final String LEAVE = "\u001b[0m\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";
  private static final Pattern SIZE = Pattern.compile("\\s*(\\d{1,5}) (\\d{1,5})\\s*");
  private static final Size USUAL = new Size(80, 24);

  private final OutputStream out;
  private final Map<String, String> environment;
  private final boolean drawing;
  private final boolean styled;
  private final Charset charset;
  private boolean entered;
  private boolean left;

  /** Columns and rows. */
  public record Size(int columns, int rows) {}

  /**
   * Prepares the output.
   *
   * @param environment of which NO_COLOR, TERM, COLUMNS and LINES count
   * @param isTerminal false: no sequence is ever written
   */
  public Terminal(OutputStream out, Map<String, String> environment, boolean isTerminal) {
    this.out = out;
    this.environment = Map.copyOf(environment);
    this.drawing = isTerminal && !"dumb".equals(environment.get("TERM"));
    this.styled = drawing && environment.getOrDefault("NO_COLOR", "").isEmpty();
    this.charset =
        isTerminal
            ? Charset.forName(System.getProperty("native.encoding", "UTF-8"))
            : StandardCharsets.UTF_8;
  }

  /** Returns the size now; without a terminal the width is that of COLUMNS, else unlimited. */
  public Size size() {
    if (!drawing) {
      return new Size(number("COLUMNS", Integer.MAX_VALUE), Integer.MAX_VALUE);
    }
    Size asked = ask();
    return asked.columns() > 0 && asked.rows() > 0
        ? asked
        : new Size(number("COLUMNS", USUAL.columns()), number("LINES", USUAL.rows()));
  }

  private int number(String variable, int fallback) {
    String text = environment.getOrDefault(variable, "");
    return text.matches("[1-9]\\d{0,4}") ? Integer.parseInt(text) : fallback;
  }

  /** Asks the terminal; stty is everywhere that one is, and Java has nothing for it. */
  private static Size ask() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (stty.waitFor(1, TimeUnit.SECONDS)) {
        byte[] answer = stty.getInputStream().readAllBytes();
        Matcher size = SIZE.matcher(new String(answer, StandardCharsets.US_ASCII));
        if (size.matches()) {
          return new Size(Integer.parseInt(size.group(2)), Integer.parseInt(size.group(1)));
        }
      } else {
        stty.destroyForcibly();
      }
    } catch (IOException e) {
      // no terminal controls this process, or there is no stty
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Size(0, 0);
  }

  /**
   * Shows a frame that the next one replaces.
   *
   * @throws IOException if nobody reads any more
   */
  public synchronized void draw(List<Line> lines, Size size) throws IOException {
    if (!drawing) {
      print(lines, size);
      write("\n");
      return;
    }
    if (left) {
      return;
    }
    StringBuilder frame = new StringBuilder(entered ? "" : ENTER).append(HOME);
    entered = true;
    int rows = Math.min(lines.size(), size.rows());
    for (int i = 0; i < rows; i++) {
      frame.append(lines.get(i).render(size.columns(), styled)).append(CLEAR_LINE);
      frame.append(i < rows - 1 ? "\r\n" : "");
    }
    write(frame.append(CLEAR_BELOW).toString());
  }

  /**
   * Prints lines that stay.
   *
   * @throws IOException if nobody reads any more
   */
  public synchronized void print(List<Line> lines, Size size) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Line line : lines) {
      text.append(line.render(size.columns(), styled)).append('\n');
    }
    write(text.toString());
  }

  private void write(String text) throws IOException {
    out.write(text.getBytes(charset));
    out.flush();
  }

  /**
   * Brings back the screen and the cursor; a second call does nothing, and so does a later frame.
   */
  @Override
  public synchronized void close() {
    if (entered && !left) {
      try {
        write(LEAVE);
      } catch (IOException e) {
        // the terminal has gone
      }
    }
    left = true;
  }
}
