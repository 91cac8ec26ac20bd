package org.aragora.telemetry.doctor.top.screen;

/**
 * Text for the cells of a terminal. No control character passes: an escape sequence in a label
 * would be one of the terminal.
 */
final class CellText {
  private static final int REPLACEMENT = 0xFFFD;
  private static final int MAX_MARKS = 2;

  /** Pairs of first and last code point that take two cells, ascending. */
  private static final int[] WIDE = {
    0x1100, 0x115F, 0x231A, 0x231B, 0x2329, 0x232A, 0x23E9, 0x23EC, 0x23F0, 0x23F0, 0x23F3, 0x23F3,
    0x25FD, 0x25FE, 0x2614, 0x2615, 0x2648, 0x2653, 0x267F, 0x267F, 0x2693, 0x2693, 0x26A1, 0x26A1,
    0x26AA, 0x26AB, 0x26BD, 0x26BE, 0x26C4, 0x26C5, 0x26CE, 0x26CE, 0x26D4, 0x26D4, 0x26EA, 0x26EA,
    0x26F2, 0x26F3, 0x26F5, 0x26F5, 0x26FA, 0x26FA, 0x26FD, 0x26FD, 0x2705, 0x2705, 0x270A, 0x270B,
    0x2728, 0x2728, 0x274C, 0x274C, 0x274E, 0x274E, 0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797,
    0x27B0, 0x27B0, 0x27BF, 0x27BF, 0x2B1B, 0x2B1C, 0x2B50, 0x2B50, 0x2B55, 0x2B55, 0x2E80, 0x303E,
    0x3041, 0x4DBF, 0x4E00, 0xA4CF, 0xA960, 0xA97F, 0xAC00, 0xD7A3, 0xF900, 0xFAFF, 0xFE10, 0xFE19,
    0xFE30, 0xFE6F, 0xFF00, 0xFF60, 0xFFE0, 0xFFE6, 0x16FE0, 0x18CFF, 0x1AFF0, 0x1B2FF, 0x1F004,
    0x1F004, 0x1F0CF, 0x1F0CF, 0x1F18E, 0x1F18E, 0x1F191, 0x1F19A, 0x1F1E6, 0x1F265, 0x1F300,
    0x1F64F, 0x1F680, 0x1F6FF, 0x1F7E0, 0x1F7EB, 0x1F900, 0x1F9FF, 0x1FA70, 0x1FAFF, 0x20000,
    0x3FFFD
  };

  private CellText() {}

  /** Replaces what is not a visible character, and leaves out joiners and piled up marks. */
  static String visible(String text) {
    StringBuilder visible = new StringBuilder(text.length());
    int marks = 0;
    for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
      int c = text.codePointAt(at);
      if (isJoiner(c)) {
        continue;
      }
      marks = isMark(c) ? marks + 1 : 0;
      if (marks <= MAX_MARKS) {
        visible.appendCodePoint(isHidden(c) ? REPLACEMENT : c);
      }
    }
    return visible.toString();
  }

  private static boolean isJoiner(int c) {
    return c == 0x200C || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F);
  }

  private static boolean isHidden(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  private static boolean isMark(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
  }

  /** Returns the cells that a visible text takes. */
  static int width(String visible) {
    return visible.codePoints().map(CellText::width).sum();
  }

  private static int width(int c) {
    if (isMark(c)) {
      return 0;
    }
    for (int i = 0; i < WIDE.length && WIDE[i] <= c; i += 2) {
      if (c <= WIDE[i + 1]) {
        return 2;
      }
    }
    return 1;
  }

  /** Cuts a visible text to a number of cells; the last one is then a sign that it is cut. */
  static String cut(String visible, int cells) {
    if (width(visible) <= cells) {
      return visible;
    }
    StringBuilder cut = new StringBuilder();
    int used = 1;
    for (int at = 0; at < visible.length(); ) {
      int c = visible.codePointAt(at);
      used += width(c);
      if (used > cells) {
        break;
      }
      cut.appendCodePoint(c);
      at += Character.charCount(c);
    }
    return cells < 1 ? "" : cut.append('…').toString();
  }
}
