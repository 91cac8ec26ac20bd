package org.aragora.telemetry.doctor.top.screen;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Rows of cells. In too little width the columns that matter least are left out. */
public final class Table {
  private static final String GAP = "  ";

  private final List<Column> columns;
  private final List<List<Cell>> rows = new ArrayList<>();

  /**
   * A column.
   *
   * @param rank the columns with the highest ones go first
   * @param left true for text, false for figures
   */
  public record Column(String name, int rank, boolean left) {}

  /** A cell, whose text is visible. */
  public record Cell(String text, Tone tone) {
    public Cell {
      text = CellText.visible(text);
    }
  }

  /** Creates a table without rows. */
  public Table(List<Column> columns) {
    this.columns = List.copyOf(columns);
  }

  /** Adds a row. */
  public void add(List<Cell> row) {
    if (row.size() != columns.size()) {
      throw new IllegalArgumentException("a row has one cell for each column");
    }
    rows.add(List.copyOf(row));
  }

  /** Returns the width that all columns take. */
  public int width() {
    return width(IntStream.range(0, columns.size()).boxed().toList());
  }

  /** Returns the heading and the rows, in at most a width. */
  public List<Line> lines(int width) {
    List<Integer> shown = new ArrayList<>(IntStream.range(0, columns.size()).boxed().toList());
    while (shown.size() > 1 && width(shown) > width) {
      shown.remove(
          shown.stream().max(Comparator.comparingInt(i -> columns.get(i).rank())).orElseThrow());
    }
    List<Line> lines = new ArrayList<>();
    Line heading = Line.empty();
    for (int i : shown) {
      append(heading, i, columns.get(i).name(), Tone.QUIET);
    }
    lines.add(heading);
    for (List<Cell> row : rows) {
      Line line = Line.empty();
      for (int i : shown) {
        append(line, i, row.get(i).text(), row.get(i).tone());
      }
      lines.add(line);
    }
    return lines;
  }

  private void append(Line line, int column, String text, Tone tone) {
    String blanks = " ".repeat(width(column) - CellText.width(text));
    if (line.width() > 0) {
      line.add(GAP);
    }
    if (columns.get(column).left()) {
      line.add(text, tone).add(blanks);
    } else {
      line.add(blanks).add(text, tone);
    }
  }

  private int width(List<Integer> shown) {
    return shown.stream().mapToInt(this::width).sum() + GAP.length() * (shown.size() - 1);
  }

  private int width(int column) {
    int widest = CellText.width(columns.get(column).name());
    for (List<Cell> row : rows) {
      widest = Math.max(widest, CellText.width(row.get(column).text()));
    }
    return widest;
  }
}
