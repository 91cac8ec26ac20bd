package org.aragora.telemetry.doctor.top.screen;

/** Meaning of a word, which a terminal shows by its style. */
public enum Tone {
  PLAIN(""),
  STRONG("1"),
  QUIET("2"),
  GOOD("1;32"),
  WARN("1;33"),
  BAD("1;31");

  private final String style;

  Tone(String style) {
    this.style = style;
  }

  /** Returns the text between the sequences that begin and end the style. */
  String around(String text) {
    return style.isEmpty() ? text : "\u001b[" + style + "m" + text + "\u001b[0m";
  }
}
