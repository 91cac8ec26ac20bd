package org.aragora.telemetry.doctor.top.screen;

import java.util.ArrayList;
import java.util.List;

/** One line of words. Whatever they contain, it is one line and has no sequence but its own. */
public final class Line {
  private final List<Word> words = new ArrayList<>();

  private record Word(String text, Tone tone) {}

  public static Line of(String text, Tone tone) {
    return new Line().add(text, tone);
  }

  public static Line empty() {
    return new Line();
  }

  public Line add(String text) {
    return add(text, Tone.PLAIN);
  }

  public Line add(String text, Tone tone) {
    words.add(new Word(CellText.visible(text), tone));
    return this;
  }

  /** Adds all words of another line. */
  public Line add(Line other) {
    words.addAll(other.words);
    return this;
  }

  /** Adds blanks up to a width. */
  public Line pad(int width) {
    return add(" ".repeat(Math.max(0, width - width())));
  }

  public int width() {
    return words.stream().mapToInt(word -> CellText.width(word.text())).sum();
  }

  /**
   * Returns the line, cut to a width.
   *
   * @param styled false: without styles
   */
  public String render(int width, boolean styled) {
    StringBuilder line = new StringBuilder();
    int left = width;
    for (Word word : words) {
      String text = CellText.cut(word.text(), left);
      left -= CellText.width(text);
      line.append(styled && !text.isBlank() ? word.tone().around(text) : text);
      if (!text.equals(word.text())) {
        break;
      }
    }
    return styled ? line.toString() : line.toString().stripTrailing();
  }

  @Override
  public String toString() {
    return render(Integer.MAX_VALUE, false);
  }
}
