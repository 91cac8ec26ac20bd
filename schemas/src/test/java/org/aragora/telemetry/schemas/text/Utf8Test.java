package org.aragora.telemetry.schemas.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
  @Test
  void randomBytesAreUtf8WhereTheJdkSaysSo() {
    Random random = new Random(8);
    int[] interesting = {0x7F, 0x80, 0x9F, 0xA0, 0xBF, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5};
    int valid = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = new byte[1 + random.nextInt(12)];
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] = (byte) (random.nextInt(4) == 0 ? 'a' : interesting[random.nextInt(12)]);
      }
      boolean expected = true;
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        valid++;
      } catch (CharacterCodingException e) {
        expected = false;
      }
      assertThat(Utf8.firstError(bytes) < 0)
          .as(HexFormat.of().formatHex(bytes))
          .isEqualTo(expected);
    }
    assertThat(valid).isGreaterThan(2_000);
  }

  /** Against the JDK's encoder, which reports what it cannot map. */
  @Test
  void aStringIsEncodedExactlyOrNotAtAll() {
    Random random = new Random(5);
    char[] interesting = {'?', 'a', '\0', '\u00e9', '\ud83d', '\ude00', '\uFFFD', '\uFEFF'};
    int refused = 0;
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(20); n > 0; n--) {
        text.append(interesting[random.nextInt(random.nextBoolean() ? 4 : 8)]);
      }
      try {
        ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        assertThat(ByteBuffer.wrap(Utf8.encode(text.toString()))).isEqualTo(bytes);
      } catch (CharacterCodingException e) {
        refused++;
        assertThatIllegalArgumentException().isThrownBy(() -> Utf8.encode(text.toString()));
      }
    }
    assertThat(refused).isBetween(5_000, 45_000);
  }

  @Test
  void aByteIsFoundWhereverItStands() {
    for (int length = 0; length < 40; length++) {
      byte[] bytes = new byte[length];
      java.util.Arrays.fill(bytes, (byte) 0xBF); // a question mark but for its high bit
      assertThat(Utf8.contains(bytes, '?')).isFalse();
      for (int at = 0; at < length; at++) {
        bytes[at] = '?';
        assertThat(Utf8.contains(bytes, '?')).isTrue();
        bytes[at] = '>';
      }
    }
  }

  @Test
  void oneByteOrderMarkIsRemoved() {
    byte[] marked = "\uFEFF\uFEFFa".getBytes(StandardCharsets.UTF_8);

    assertThat(Utf8.withoutByteOrderMark(marked))
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("\uFEFFa");
    assertThat(Utf8.withoutByteOrderMark(new byte[] {(byte) 0xEF, (byte) 0xBB})).hasSize(2);
    assertThat(Utf8.withoutByteOrderMark(new byte[0])).isEmpty();
  }

  @Test
  void bytesAreCutBetweenCharactersAndAtTheLimitIfTheyAreNotUtf8() {
    byte[] text = "aé€😀".repeat(3).getBytes(StandardCharsets.UTF_8);
    for (int most = 0; most <= text.length + 1; most++) {
      byte[] cut = Utf8.cut(text, most);
      assertThat(Utf8.firstError(cut)).isNegative();
      assertThat(cut.length).isBetween(Math.min(most, text.length) - 3, most);
      assertThat(cut).isEqualTo(java.util.Arrays.copyOf(text, cut.length));
    }
    byte[] noise = new byte[10];
    java.util.Arrays.fill(noise, (byte) 0x80);
    assertThat(Utf8.cut(noise, 7)).hasSize(7);
    noise[6] = (byte) 0xE2; // a beginning without its end
    assertThat(Utf8.cut(noise, 7)).hasSize(6);
    noise[7] = 'a';
    assertThat(Utf8.cut(noise, 7)).hasSize(7);
  }
}
