package org.aragora.telemetry.doctor.top.screen;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CellTextTest {

  @Test
  void noControlOrFormatCharacterIsLeft() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      String visible = CellText.visible("a" + Character.toString(c) + "b");
      assertThat(visible.codePoints())
          .as("U+%04X", c)
          .noneMatch(Character::isISOControl)
          .noneMatch(each -> Character.getType(each) == Character.FORMAT)
          .noneMatch(each -> Character.getType(each) == Character.SURROGATE)
          .noneMatch(each -> Character.getType(each) == Character.LINE_SEPARATOR);
    }
  }

  @Test
  void anEscapeSequenceIsHarmlessText() {
    assertThat(CellText.visible("\u001b[2J\u009b31m\u0007\r\n\u202e"))
        .isEqualTo("\uFFFD[2J\uFFFD31m\uFFFD\uFFFD\uFFFD\uFFFD");
  }

  @Test
  void wideCharactersTakeTwoCellsAndMarksNone() {
    assertThat(CellText.width("abc")).isEqualTo(3);
    assertThat(CellText.width("日本語")).isEqualTo(6);
    assertThat(CellText.width("한국")).isEqualTo(4);
    assertThat(CellText.width("🦜")).isEqualTo(2);
    assertThat(CellText.width("e\u0301")).isEqualTo(1);
    assertThat(CellText.width("ÄÖ…–")).isEqualTo(4);
  }

  @Test
  void piledUpMarksAreCutOff() {
    assertThat(CellText.visible("e" + "\u0301".repeat(50) + "x")).isEqualTo("e\u0301\u0301x");
  }

  @Test
  void aCutTextFitsAndShowsThatItIsCut() {
    assertThat(CellText.cut("abcdef", 6)).isEqualTo("abcdef");
    assertThat(CellText.cut("abcdef", 4)).isEqualTo("abc…");
    assertThat(CellText.cut("日本語", 4)).isEqualTo("日…");
    assertThat(CellText.cut("日本語", 1)).isEqualTo("…");
    assertThat(CellText.cut("日本語", 0)).isEmpty();
  }
}
