package org.aragora.telemetry.testbed.service;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Name and labels of a series. Two texts of one series are equal here, also if they differ in the
 * order of the labels or in the format of a bucket bound.
 *
 * @param name name of the sample, with {@code _total}, {@code _bucket}, {@code _count} or {@code
 *     _sum}
 * @param labels escaped values by name; a bound in {@code le} as {@link String#valueOf(double)}
 *     writes it
 */
public record SeriesName(String name, SortedMap<String, String> labels) {
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"");
  private static final String BOUND = "le";
  private static final String NO_BOUND = "+Inf";

  /** A series with these labels, whose values get the escapes of the text format. */
  public static SeriesName of(String name, Map<String, String> labels) {
    Map<String, String> escaped = new TreeMap<>(labels);
    escaped.replaceAll(
        (label, value) -> value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
    return ofEscaped(name, escaped);
  }

  private static SeriesName ofEscaped(String name, Map<String, String> labels) {
    SortedMap<String, String> sorted = new TreeMap<>(labels);
    sorted.computeIfPresent(
        BOUND,
        (le, bound) -> bound.equals(NO_BOUND) ? bound : String.valueOf(Double.parseDouble(bound)));
    return new SeriesName(name, sorted);
  }

  /** Parses {@code name{label="value"}}. Escapes in values stay as they are. */
  public static SeriesName parse(String text) {
    int brace = text.indexOf('{');
    if (brace < 0) {
      return new SeriesName(text, new TreeMap<>());
    }
    Map<String, String> labels = new TreeMap<>();
    Matcher label = LABEL.matcher(text).region(brace + 1, text.length());
    while (label.find()) {
      labels.put(label.group(1), label.group(2));
    }
    return ofEscaped(text.substring(0, brace), labels);
  }

  /** The one text of this series. */
  @Override
  public String toString() {
    return labels.isEmpty()
        ? name
        : labels.entrySet().stream()
            .map(label -> label.getKey() + "=\"" + label.getValue() + "\"")
            .collect(Collectors.joining(",", name + "{", "}"));
  }
}
