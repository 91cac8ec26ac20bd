package org.aragora.telemetry.doctor.top.screen;

import java.util.ArrayList;
import java.util.List;

/** Arrangement of words and cells in a width. */
public final class Layout {
  private static final int GAP = 3;
  private static final int MAX_COLUMNS = 3;

  private Layout() {}

  /** Puts items side by side, and the next one below where the width ends. */
  public static List<Line> flow(List<Line> items, int gap, int width) {
    List<Line> lines = new ArrayList<>();
    Line current = Line.empty();
    for (Line item : items) {
      if (current.width() > 0 && current.width() + gap + item.width() > width) {
        lines.add(current);
        current = Line.empty();
      }
      if (current.width() > 0) {
        current.add(" ".repeat(gap));
      }
      current.add(item);
    }
    if (current.width() > 0) {
      lines.add(current);
    }
    return lines;
  }

  /** Breaks a sentence between its words. */
  public static List<Line> sentence(String sentence, Tone tone, int width) {
    List<Line> words = new ArrayList<>();
    for (String word : CellText.visible(sentence).split(" ", -1)) {
      if (!word.isEmpty()) {
        words.add(Line.of(word, tone));
      }
    }
    return flow(words, 1, width);
  }

  /** Puts cells into as many columns of the same width as fit, row by row. */
  public static List<Line> grid(List<Line> cells, int width) {
    int cell = cells.stream().mapToInt(Line::width).max().orElse(0) + GAP;
    int columns = Math.min(MAX_COLUMNS, Math.max(1, (width + GAP) / cell));
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < cells.size(); i++) {
      if (i % columns == 0) {
        lines.add(Line.empty());
      }
      Line line = lines.get(lines.size() - 1);
      line.pad(i % columns * cell).add(cells.get(i));
    }
    return lines;
  }
}
