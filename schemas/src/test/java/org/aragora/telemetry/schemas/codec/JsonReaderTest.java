package org.aragora.telemetry.schemas.codec;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.aragora.telemetry.schemas.codec.JsonReader.UndecodableException;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
  private final JsonReader reader = new JsonReader();

  private JsonObject read(String text) throws UndecodableException {
    return reader.read(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "nul",
        "null",
        "true",
        "1",
        "\"text\"",
        "[1,2,3]",
        "[{}]",
        "{",
        "{\"a\":1",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1,}",
        "{\"a\":[1,]}",
        "{\"a\":\"tab\tin string\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"open}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":-Infinity}",
        "{\"a\":+1}",
        "{\"a\":01}",
        "{\"a\":.5}",
        "{\"a\":5.}",
        "{\"a\":1e}",
        "{\"a\":0x10}",
        "{\"a\":TRUE}",
        "{\"a\":1 2}",
        "{} {}",
        "{}x",
        "{},",
        "{}]",
        "{}\0",
        "{}//c",
        "/*c*/{}",
        "#c\n{}",
        "{\"a\" 1}",
        "{\"a\":1}{\"a\":1}",
        "\u000B{}",
        "\u00A0{}",
        "\uFEFF\uFEFF{}",
        "{}\uFEFF",
        "{\"a\":1;\"b\":2}"
      })
  void whatIsNotExactlyOneObjectIsUndecodable(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(UndecodableException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"😀\":1,\"\\ud83d\\ude00\":2}",
        "{\"x\":{\"y\":[{\"a\":null,\"b\":1,\"a\":null}]}}",
        "{\"\":1,\"\":2}"
      })
  void duplicateNamesAreUndecodableAtAnyDepth(String text) {
    assertThatThrownBy(() -> read(text)).hasMessageContaining("twice");
  }

  @Test
  void aDuplicateAmongManyNamesIsFound() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < 990; i++) {
      text.append("\"name").append(i).append("\":").append(i).append(',');
    }

    assertThatCode(() -> read(text + "\"last\":1}")).doesNotThrowAnyException();
    assertThatThrownBy(() -> read(text + "\"name31\":1}")).hasMessageContaining("name31");
    assertThatThrownBy(() -> read(text + "\"name989\":1}")).hasMessageContaining("twice");
  }

  @Test
  void sameNamesInDifferentObjectsAreNoDuplicates() {
    assertThatCode(() -> read("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]},\"A\":1}"))
        .doesNotThrowAnyException();
  }

  @Test
  void depth64IsReadAndDepth65IsNot() {
    String arrays63 = "{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}";
    String arrays64 = "{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}";
    String objects64 = "{\"a\":".repeat(64) + "1" + "}".repeat(64);
    String objects65 = "{\"a\":".repeat(65) + "1" + "}".repeat(65);

    assertThatCode(() -> read(arrays63)).doesNotThrowAnyException();
    assertThatCode(() -> read(objects64)).doesNotThrowAnyException();
    assertThatThrownBy(() -> read(arrays64)).isInstanceOf(UndecodableException.class);
    assertThatThrownBy(() -> read(objects65)).hasMessageContaining("64");
    assertThatThrownBy(() -> read("{\"a\":" + "[".repeat(1_000_000)))
        .isInstanceOf(UndecodableException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "C0 80",
        "C1 BF",
        "E0 80 80",
        "E0 9F BF",
        "F0 80 80 80",
        "F0 8F BF BF", // overlong
        "ED A0 80",
        "ED BF BF", // surrogates
        "F4 90 80 80",
        "F5 80 80 80",
        "FF",
        "FE", // over U+10FFFF
        "80",
        "BF",
        "C3",
        "C3 28",
        "E2 82",
        "E2 28 A1",
        "F0 9F 98",
        "F0 28 8C BC" // cut, stray
      })
  void bytesThatAreNoUtf8AreUndecodableInValuesAndNames(String bad) {
    byte[] inValue = hex("7B 22 61 22 3A 22" + bad + "22 7D");
    byte[] inName = hex("7B 22" + bad + "22 3A 31 7D");

    assertThatThrownBy(() -> reader.read(inValue)).hasMessageContaining("not UTF-8");
    assertThatThrownBy(() -> reader.read(inName)).hasMessageContaining("not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE"})
  void otherEncodingsAreUndecodable(String charset) {
    for (String text : new String[] {"{\"a\":1}", "\uFEFF{\"a\":1}", "{}"}) {
      assertThatThrownBy(() -> reader.read(text.getBytes(Charset.forName(charset))))
          .isInstanceOf(UndecodableException.class);
    }
  }

  @Test
  void aByteOrderMarkBeforeTheObjectIsSkipped() throws UndecodableException {
    assertThat(read("\uFEFF{\"a\":1}").get("a")).isEqualTo(1L);
    assertThat(read("\uFEFF {\"a\":\"\\ud800\"}").get("a")).isEqualTo("\uFFFD");
  }

  @Test
  void allOfUnicodeIsReadButLoneSurrogates() throws UndecodableException {
    JsonObject object = read("{\"ü✓😀\\ud83d\\ude00\":\"\\ud800 \\udc00\\u0000 \u007F \uFFFF\"}");

    assertThat(object.nameAt(0)).isEqualTo("ü✓😀😀");
    assertThat(object.valueAt(0)).isEqualTo("\uFFFD \uFFFD\0 \u007F \uFFFF");
  }

  @Test
  void aLoneSurrogateIsReadAsTheReplacementCharacterEverywhere() throws UndecodableException {
    JsonObject object =
        read("{\"\\ud800\":{\"x\\uDC00y\":[\"\\ud83d\\ud83d\\ude00\",[{\"\\udbff\":1}]]},\"z\":2}");

    assertThat(object.nameAt(0)).isEqualTo("\uFFFD");
    List<?> array = (List<?>) ((JsonObject) object.valueAt(0)).get("x\uFFFDy");
    assertThat(array.get(0)).isEqualTo("\uFFFD😀");
    assertThat(((JsonObject) ((List<?>) array.get(1)).get(0)).nameAt(0)).isEqualTo("\uFFFD");
  }

  @Test
  void namesThatBecomeTheSameAreThereTwice() {
    assertThatThrownBy(() -> read("{\"\\ud800\":1,\"\\uD800\":2}")).hasMessageContaining("twice");
    assertThatThrownBy(() -> read("{\"\\ud800\":1,\"\\udfff\":2}")).hasMessageContaining("twice");
    assertThatThrownBy(() -> read("{\"\\ud800\":1,\"\uFFFD\":2}")).hasMessageContaining("twice");
    assertThatThrownBy(() -> read("{\"\\ud800\":1} x")).isInstanceOf(UndecodableException.class);
    assertThatThrownBy(() -> read("{\"\\ud800\":" + "[".repeat(64) + "]".repeat(64) + "}"))
        .isInstanceOf(UndecodableException.class);
  }

  @Test
  void membersAndElementsOverTheirBoundAreNamedAndNotKept() throws UndecodableException {
    String members = members(1_000);
    String elements = "[" + "1,".repeat(9_999) + "1]";

    assertThat(read("{" + members + "}").brokenBound()).isNull();
    assertThat(read("{\"a\":" + elements + "}").brokenBound()).isNull();
    assertThat(read("{" + members + ",\"x\":[{}]}").brokenBound())
        .isEqualTo("The event must have at most 1000 members but has more.");
    assertThat(read("{\"a\":{\"b\":[0,{" + members + ",\"x\":1}]}}").brokenBound())
        .isEqualTo("Field a.b.1 must have at most 1000 members but has more.");
    JsonObject more = read("{\"a\":{\"b\":" + elements.replace("1]", "1,[\"\\ud800\"]]") + "}}");
    assertThat(more.brokenBound())
        .isEqualTo("Field a.b must have at most 10000 elements but has more.");
    assertThat((List<?>) ((JsonObject) more.get("a")).get("b")).hasSize(10_000);
  }

  @Test
  void theTypeIsFoundBehindTheBoundOfMembers() throws UndecodableException {
    JsonObject object = read("{" + members(1_500) + ",\"type\":\"t\",\"y\":1}");

    assertThat(object.get("type")).isEqualTo("t");
    assertThat(object.brokenBound()).startsWith("The event ");
  }

  @Test
  void whatLiesOverABoundMustStillBeJson() {
    for (String bad : new String[] {"nul", "\"\\x\"", "[1,]", "{\"a\"}", "01", "\"open"}) {
      assertThatThrownBy(() -> read("{" + members(1_000) + ",\"x\":" + bad + "}"))
          .as(bad)
          .isInstanceOf(UndecodableException.class);
    }
  }

  private static String members(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"m" + i + "\":" + i)
        .collect(Collectors.joining(","));
  }

  @Test
  @Timeout(20)
  void aMebibyteOfOneTokenIsValid() {
    String million = "1".repeat(1_000_000);

    assertThatCode(() -> read("{\"a\":\"" + million + "\"}")).doesNotThrowAnyException();
    assertThatCode(() -> read("{\"" + million + "\":1}")).doesNotThrowAnyException();
    assertThatCode(() -> read("{\"a\":" + million + "}")).doesNotThrowAnyException();
    assertThatCode(() -> read("{\"a\":0." + million + "}")).doesNotThrowAnyException();
    assertThatCode(() -> read("{\"a\":1e" + million + "}")).doesNotThrowAnyException();
    assertThatCode(() -> read(" ".repeat(1_000_000) + "{}\n\r\t ")).doesNotThrowAnyException();
  }

  /** They cost what other names cost: over the bound none is compared with another. */
  @Test
  @Timeout(20)
  void aMebibyteOfNamesThatHashAlikeIsReadInTimeThatGrowsLinearly() throws UndecodableException {
    String few = collidingNames(7_000);
    String many = collidingNames(28_000);
    for (int i = 0; i < 10; i++) {
      read(few); // compiled
    }

    assertThat(read(many).brokenBound()).contains("1000 members");
    long bound = 8 * Math.max(fastestCpuNanos(few), 1_000_000); // 4 if linear, 16 if quadratic
    assertThat(fastestCpuNanos(many)).isLessThan(bound);
    assertThat(fastestCpuNanos("{\"x\":" + many + "}")).as("in a member").isLessThan(bound);
    String full = IntStream.range(0, 1_000).mapToObj(i -> "\"m" + i + "\":0,").collect(joining());
    assertThat(fastestCpuNanos("{" + full + "\"x\":" + many + "}"))
        .as("in a member that is not kept")
        .isLessThan(bound);
  }

  private static String collidingNames(int count) {
    StringBuilder text = new StringBuilder("{\"x\":0");
    for (int i = 0; i < count; i++) {
      text.append(",\"");
      for (int bit = 0; bit < 15; bit++) {
        text.append((i >> bit & 1) == 0 ? "Aa" : "BB"); // of equal String.hashCode
      }
      text.append("\":1");
    }
    return text.append('}').toString();
  }

  /** Of this thread, so that other work on the machine does not count. */
  private long fastestCpuNanos(String text) throws UndecodableException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < 15; i++) {
      long start = threads.getCurrentThreadCpuTime();
      read(text);
      fastest = Math.min(fastest, threads.getCurrentThreadCpuTime() - start);
    }
    return fastest;
  }

  /** Against the tree parser of the same family, strict, on text decoded by the JDK. */
  @Test
  void mutatedSamplesAreJudgedAsAStrictTreeParserJudgesThem() {
    ObjectMapper strict =
        new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    Random random = new Random(64);
    int valid = 0;
    for (int i = 0; i < 6_000; i++) {
      EventType type = EventType.values()[i % EventType.values().length];
      byte[] value = mutated(Samples.text(type).getBytes(StandardCharsets.UTF_8), random);
      boolean expected = isObject(strict, value);
      valid += expected ? 1 : 0;
      assertThat(isObject(value)).as(new String(value, StandardCharsets.UTF_8)).isEqualTo(expected);
      assertThat(Samples.decode(type, value)).isNotNull();
    }
    assertThat(valid).isBetween(300, 5_700);
  }

  private static byte[] mutated(byte[] value, Random random) {
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(value.length);
      switch (random.nextInt(4)) {
        case 0 -> value[at] = (byte) random.nextInt(256);
        case 1 -> value[at] = (byte) "{}[]\",:\\ue+-.019aN\0 \n".charAt(random.nextInt(21));
        case 2 -> value = Arrays.copyOf(value, 1 + random.nextInt(value.length));
        default -> System.arraycopy(value, 0, value, at, Math.min(9, value.length - at));
      }
    }
    return value;
  }

  private boolean isObject(byte[] value) {
    try {
      reader.read(value);
      return true;
    } catch (UndecodableException e) {
      return false;
    }
  }

  private static boolean isObject(ObjectMapper mapper, byte[] value) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      return mapper.readTree(text).isObject();
    } catch (CharacterCodingException e) {
      return false;
    } catch (IOException e) {
      return false;
    }
  }
}
