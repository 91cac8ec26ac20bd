package org.aragora.telemetry.schemas.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnicodeTest {

  @ParameterizedTest
  @CsvSource({
    "abc, abc",
    "'', ''",
    "'\ud83d\ude00', '\ud83d\ude00'",
    "'\ud83d', '\uFFFD'",
    "'a\ude00\ud83d', 'a\uFFFD\uFFFD'",
    "'\ud83d\ud83d\ude00\ude00', '\uFFFD\ud83d\ude00\uFFFD'"
  })
  void eachLoneSurrogateBecomesAReplacementCharacter(String text, String wellFormed) {
    assertThat(Unicode.wellFormed(text)).isEqualTo(wellFormed);
    assertThat(Unicode.isWellFormed(text)).isEqualTo(text.equals(wellFormed));
    assertThat(Unicode.isWellFormed(wellFormed)).isTrue();
  }

  @Test
  void lengthAndCutCountCodePoints() {
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(12); n > 0; n--) {
        text.append("a\u00e9\ud83d\ude00\ud83d\ude00".charAt(random.nextInt(6)));
      }
      String whole = text.toString();
      int length = (int) whole.codePoints().count();
      int limit = random.nextInt(12);
      assertThat(Unicode.isLongerThan(whole, limit)).isEqualTo(length > limit);
      String cut = Unicode.cut(whole, limit);
      assertThat(cut.codePoints().toArray()).isEqualTo(whole.codePoints().limit(limit).toArray());
      if (Unicode.isWellFormed(whole)) {
        assertThat(new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
            .isEqualTo(cut);
      }
    }
  }

  @Test
  void aByteOrderMarkBeforeATextIsRemoved() {
    assertThat(Unicode.withoutByteOrderMark("\uFEFFsecret")).isEqualTo("secret");
    assertThat(Unicode.withoutByteOrderMark("secret\uFEFF")).isEqualTo("secret\uFEFF");
  }
}
