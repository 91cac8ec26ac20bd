package org.aragora.telemetry.schemas.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.aragora.telemetry.schemas.envelope.EventType;

/**
 * Values of records as the best and the worst producers write them: valid events, their members in
 * any order, replaced, doubled, removed and escaped, and then their bytes.
 */
final class RandomValues {
  private static final List<String> NUMBERS =
      List.of(
          "0 1 5.0 -0 -1 00 01 1. .5 0.5 -0.0 1e3 1E+2 1e-7 5e0 1e999999999 100 599 600 99"
              + " 0.094564",
          "123456789012345678 1234567890123456789 12345678901234567890 0.12345678901234567",
          "9223372036854775807 9223372036854775808 1000000000000 1000000000001"
              + " 0.000000000000000001",
          "1000000000 1000000000.0 1000000001 1000000000.0000000001 999999999.9999999995 2.5 +1"
              + " 0x1",
          "0.0000000005 0.0000000015 0.00000000050000001 0.0000000025 12.000000001500000 4.35"
              + " 1516.25",
          "9007199254740993 1532.123456789012 10000000 10000001 3600 3601 86401 86400.5 NaN"
              + " Infinity");
  private static final List<String> TEXTS =
      List.of(
          "",
          "1.0",
          "ünï✓😀",
          "\u007f",
          "a\u0000b",
          "tab\there",
          "\uFFFD",
          "\\ud800",
          "\\udfffx",
          "\\ud83d\\ude00",
          "\\u0000",
          "quo\\\"te",
          "back\\\\slash",
          "bad\\xescape",
          "a".repeat(1_024),
          "a".repeat(1_025),
          "😀".repeat(1_024),
          "/".repeat(4_097),
          "/aragora/telemetry",
          "timeout:d:s",
          "success",
          "consensus",
          "WARNING",
          "2026-11-24T12:00:00Z",
          "2026-11-24t12:00:00.5z",
          "2026-11-24T12:00:00.123456789Z",
          "2026-11-24T12:00:00.1234567891Z",
          "2026-11-24T12:00:00.Z",
          "2026-11-24T12:00:00.12x4Z",
          "2026-11-24T12:00:60Z",
          "2016-12-31T23:59:60Z",
          "2026-11-24T13:00:01.122999999Z",
          "2026-11-24T13:00:01.123Z",
          "2026-11-24T13:00:01.123000001Z",
          "2026-11-24T14:00:00+02:00",
          "2026-02-30T12:00:00Z",
          "2019-12-31T23:59:59.999999999Z",
          "2020-01-01T00:00:00Z",
          "2030-01-01T00:00:00Z",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067aa0ba902b7-01",
          "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
          "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
          "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-é",
          "0000000000000000",
          "53995c3f42cd8ad",
          "53995c3f42cd8ad8a");
  private static final List<String> OTHERS =
      List.of(
          "null",
          "true",
          "false",
          "nul",
          "truex",
          "[]",
          "{}",
          "[\"a\",\"b\"]",
          "[ \"a\" , \"ü\" ]",
          "[\"a\",]",
          "[\"a\",1]",
          "[[\"a\"]]",
          "[\"" + "a".repeat(1_025) + "\"]",
          "[" + "\"a\",".repeat(1_000) + "\"a\"]",
          "{\"a\":{\"b\":[1,2,{\"c\":null}]}}",
          "{\"a\":1,\"a\":1}",
          "[".repeat(64) + "]".repeat(64));
  private static final String SIGNS = "{}[]\",:\\ue+-.019aN\0 \n\t";
  private static final byte[][] NOT_UTF_8 = {
    {(byte) 0xC0, (byte) 0xAF},
    {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
    {(byte) 0xFF},
    {(byte) 0xE2, (byte) 0x82}
  };

  private final Random random;
  private final List<String> values = new ArrayList<>();
  private byte[] last = {};
  private EventType type = EventType.REQUEST_COMPLETED;
  private int uses;

  RandomValues(Random random) {
    this.random = random;
    NUMBERS.forEach(line -> values.addAll(Arrays.asList(line.split(" "))));
    TEXTS.forEach(text -> values.add('"' + text + '"'));
    values.addAll(OTHERS);
    for (EventType type : EventType.values()) {
      values.add('"' + type.typeName() + '"');
    }
  }

  /** The next value; several in a row are kin. */
  byte[] next() {
    if (uses-- <= 0) {
      uses = 9;
      last = written();
      return last;
    }
    byte[] value = last;
    for (int n = 1 + random.nextInt(2); n > 0; n--) {
      value = withChangedBytes(value);
    }
    return value;
  }

  /** The type that the last value had before it was changed. */
  EventType type() {
    return type;
  }

  private byte[] written() {
    type = EventType.values()[random.nextInt(EventType.values().length)];
    String text =
        switch (random.nextInt(4)) {
          case 0 -> Samples.text(type);
          case 1 -> ReferenceWriter.text(RandomEvents.of(type, random));
          default -> ReferenceWriter.text(RandomEvents.plain(type, random));
        };
    ObjectNode event = (ObjectNode) Samples.json(text);
    List<String[]> data = members(event.get("data"));
    List<String[]> envelope = members(event);
    for (int n = Math.max(0, random.nextInt(6) - 2); n > 0; n--) {
      change(random.nextInt(3) == 0 ? envelope : data);
    }
    envelope.stream()
        .filter(member -> member[0].equals("\"data\"") && member[1].startsWith("{"))
        .findFirst()
        .ifPresent(member -> member[1] = object(data));
    String mark = random.nextInt(100) == 0 ? "\uFEFF" : "";
    String trailing = random.nextInt(50) == 0 ? anyOf("x", "{}", " \n", "]", "\0", ",") : "";
    return (mark + object(envelope) + trailing).getBytes(StandardCharsets.UTF_8);
  }

  /** Name and value of each member, both as they are written. */
  private static List<String[]> members(JsonNode object) {
    List<String[]> members = new ArrayList<>();
    object
        .properties()
        .forEach(
            member ->
                members.add(
                    new String[] {'"' + member.getKey() + '"', member.getValue().toString()}));
    return members;
  }

  private void change(List<String[]> members) {
    String[] member = members.isEmpty() ? null : members.get(random.nextInt(members.size()));
    switch (member == null ? 0 : random.nextInt(9)) {
      case 0 ->
          members.add(new String[] {anyOf("\"x\"", "\"ü\"", "\"\"", "\"d\\u0061ta\""), value()});
      case 1 -> members.remove(member);
      case 2 -> members.add(random.nextInt(members.size()), new String[] {member[0], value()});
      case 3 -> Collections.shuffle(members, random);
      case 4 -> member[0] = escaped(member[0]);
      case 5 -> member[1] = escaped(member[1]);
      case 6 -> {
        for (int n = random.nextInt(20); n > 0; n--) {
          members.add(new String[] {"\"x" + n + '"', value()});
        }
      }
      default -> member[1] = value();
    }
  }

  private String value() {
    return values.get(random.nextInt(values.size()));
  }

  private String anyOf(String... texts) {
    return texts[random.nextInt(texts.length)];
  }

  /** One character as an escape; outside a string that is not JSON. */
  private String escaped(String text) {
    int at = random.nextInt(text.length());
    return text.substring(0, at)
        + String.format("\\u%04x", (int) text.charAt(at))
        + text.substring(at + 1);
  }

  private String object(List<String[]> members) {
    boolean spaced = random.nextInt(8) == 0;
    StringBuilder out = new StringBuilder("{");
    for (String[] member : members) {
      out.append(out.length() == 1 ? "" : ",").append(space(spaced)).append(member[0]);
      out.append(space(spaced)).append(':').append(space(spaced)).append(member[1]);
      out.append(space(spaced));
    }
    return out.append('}').toString();
  }

  private String space(boolean spaced) {
    return spaced ? anyOf("", " ", "\t", "\r\n", "  ") : "";
  }

  private byte[] withChangedBytes(byte[] value) {
    int at = random.nextInt(value.length);
    byte[] changed = value.clone();
    switch (random.nextInt(14)) {
      case 0 -> changed[at] = (byte) random.nextInt(256);
      case 1 -> changed[at] = (byte) SIGNS.charAt(random.nextInt(SIGNS.length()));
      case 2 -> {
        return Arrays.copyOf(value, 1 + at);
      }
      case 3 -> {
        return joined(value, at, new byte[0], Math.min(value.length, at + 1 + random.nextInt(3)));
      }
      case 4 -> {
        byte[] sign = {(byte) SIGNS.charAt(random.nextInt(SIGNS.length()))};
        return joined(value, at, sign, at);
      }
      case 5 -> {
        return joined(value, at, NOT_UTF_8[random.nextInt(NOT_UTF_8.length)], at);
      }
      case 6 -> System.arraycopy(value, 0, changed, at, Math.min(9, value.length - at));
      default -> {
        // Another digit or letter, so that much stays valid.
        if (Character.isDigit(value[at])) {
          changed[at] = (byte) ('0' + random.nextInt(10));
        } else if (Character.isLowerCase(value[at])) {
          changed[at] = (byte) ('a' + random.nextInt(26));
        }
      }
    }
    return changed;
  }

  private static byte[] joined(byte[] value, int to, byte[] middle, int from) {
    byte[] joined = new byte[to + middle.length + value.length - from];
    System.arraycopy(value, 0, joined, 0, to);
    System.arraycopy(middle, 0, joined, to, middle.length);
    System.arraycopy(value, from, joined, to + middle.length, value.length - from);
    return joined;
  }
}
