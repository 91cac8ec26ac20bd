package org.aragora.telemetry.chassis.settings;

/** Nearness of a mistyped word to a known one. */
public final class Spelling {
  private Spelling() {}

  /** Levenshtein distance: the least number of inserted, deleted and replaced characters. */
  public static int distance(String from, String to) {
    int[] above = new int[to.length() + 1];
    for (int column = 0; column < above.length; column++) {
      above[column] = column;
    }
    for (int row = 1; row <= from.length(); row++) {
      int diagonal = above[0];
      above[0] = row;
      for (int column = 1; column < above.length; column++) {
        int replaced = diagonal + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
        diagonal = above[column];
        above[column] = Math.min(replaced, Math.min(diagonal, above[column - 1]) + 1);
      }
    }
    return above[to.length()];
  }
}
