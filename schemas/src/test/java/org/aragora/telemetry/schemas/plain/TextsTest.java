package org.aragora.telemetry.schemas.plain;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextsTest {
  private final Texts texts = new Texts();

  private String read(String text) {
    byte[] value = ('"' + text + "\"}").getBytes(StandardCharsets.UTF_8);
    texts.reset();
    int end = texts.end(value, 1);
    assertThat(end).isEqualTo(value.length - 2);
    return texts.get(value, 1, end);
  }

  @Test
  void aStringThatComesAgainIsKept() {
    for (String text :
        new String[] {"GET", "/aragora/instances/api-7f9c", "ünï✓😀", "a".repeat(64)}) {
      read(text);
      String kept = read(text);

      assertThat(kept).isEqualTo(text);
      assertThat(read(text)).isSameAs(kept);
    }
    assertThat(read("a".repeat(65))).isNotSameAs(read("a".repeat(65)));
  }

  /** As many strings as there are, in places far fewer: whatever shares a place stays itself. */
  @Test
  void stringsThatTakeEachOthersPlacesStayThemselves() {
    Random random = new Random(512);
    for (int i = 0; i < 200_000; i++) {
      String text = Integer.toString(random.nextInt(5_000), 36).repeat(1 + random.nextInt(5));

      assertThat(read(text)).isEqualTo(text);
      if (random.nextBoolean()) {
        assertThat(read(text)).isEqualTo(text);
      }
    }
  }

  @Test
  void aStringEndsAtItsQuoteWhereverItStands() {
    for (int length = 0; length < 40; length++) {
      for (int trailing = 1; trailing < 12; trailing++) {
        byte[] value =
            ('"' + "x".repeat(length) + '"' + "}".repeat(trailing))
                .getBytes(StandardCharsets.UTF_8);
        assertThat(texts.end(value, 1)).isEqualTo(length + 1);
        for (int at = 1; at <= length; at++) {
          byte before = value[at];
          for (char c : new char[] {'\\', 0, '\n', 0x1F}) {
            value[at] = (byte) c;
            assertThat(texts.end(value, 1)).isEqualTo(-1);
          }
          value[at] = (byte) 0xC3;
          assertThat(texts.end(value, 1)).isEqualTo(length + 1);
          value[at] = before;
        }
        value[length + 1] = 'x';
        assertThat(texts.end(value, 1)).isEqualTo(-1);
      }
    }
  }
}
