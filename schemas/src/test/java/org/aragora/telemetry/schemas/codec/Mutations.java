package org.aragora.telemetry.schemas.codec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Records that were events once. */
final class Mutations {
  private static final List<String> PIECES =
      List.of(
          "null",
          "{}",
          "[]",
          "\"\"",
          "\"\\ud800\"",
          "\"\\udfff\\u0000\"",
          "-1",
          "1e400",
          "9223372036854775808",
          "0.00000000000000000001",
          "\"/aragora/telemetry\"",
          "\"2019-01-01T00:00:00Z\"",
          "\"2030-01-01T00:00:00Z\"",
          "\"" + "😀".repeat(1_025) + "\"",
          "[" + "0,".repeat(10_000) + "0]",
          "[".repeat(70) + "]".repeat(70));
  private static final List<String> ATTRIBUTES =
      List.of("specversion", "id", "source", "type", "time", "epoch", "seq", "data", "x");

  private Mutations() {}

  static byte[] of(String sample, Random random) {
    String text = sample;
    if (random.nextBoolean()) {
      // A value of the sample is replaced by a piece that is JSON.
      String[] parts = text.split("(?<=:)", -1);
      int at = random.nextInt(parts.length);
      parts[at] =
          parts[at].replaceFirst("^(\"[^\"]*\"|[0-9.]+)", "").isEmpty()
              ? parts[at]
              : parts[at].replaceFirst(
                  "^(\"[^\"]*\"|[0-9.]+)",
                  java.util.regex.Matcher.quoteReplacement(
                      PIECES.get(random.nextInt(PIECES.size()))));
      text = String.join("", parts);
    }
    byte[] value = text.getBytes(StandardCharsets.UTF_8);
    for (int n = random.nextInt(3); n > 0; n--) {
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

  /** Mostly none; else some attributes of binary mode, right and wrong. */
  static List<Header> headers(Random random) {
    List<Header> headers = new ArrayList<>();
    for (int n = random.nextInt(8) == 0 ? random.nextInt(9) : 0; n > 0; n--) {
      String name = ATTRIBUTES.get(random.nextInt(ATTRIBUTES.size()));
      byte[] bytes = new byte[random.nextInt(4)];
      random.nextBytes(bytes);
      headers.add(new RecordHeader("ce_" + name, random.nextInt(9) == 0 ? null : bytes));
    }
    return headers;
  }
}
