package org.aragora.telemetry.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One series under its one identity: name and labels, whoever serves it.
 *
 * @param id place in every table of this run
 * @param name name of the metric with its suffix
 * @param key name and labels, the same for equal series however they were written
 */
record Series(int id, String name, String key) {
  private static final Pattern GROWING = Pattern.compile(".*_(total|bucket|count|sum)");
  private static final String OF_PROCESS = "aragora_telemetry_process_";
  private static final String OFFSET = "aragora_telemetry_consumed_offset";

  /** Whether its value may never go down. */
  boolean grows() {
    return !name.startsWith(OF_PROCESS) && (GROWING.matcher(name).matches() || isOffset());
  }

  /** Whether it says how far a partition is counted. */
  boolean isOffset() {
    return name.equals(OFFSET);
  }

  /** Whether its value is in seconds where events have nanoseconds. */
  boolean isInSeconds() {
    return name.endsWith("_seconds_sum");
  }

  /** Every series of a run. Thread-safe. */
  static final class Table {
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final Map<String, Series> byText = new ConcurrentHashMap<>();
    private final Map<String, Series> byKey = new ConcurrentHashMap<>();
    private final List<Series> byId = new ArrayList<>();

    /** The series that {@code name{label="value"}} means. */
    Series parse(String text) {
      return byText.computeIfAbsent(text, this::parseNew);
    }

    private Series parseNew(String text) {
      int brace = text.indexOf('{');
      Map<String, String> labels = new TreeMap<>();
      if (brace >= 0) {
        Matcher label = LABEL.matcher(text.substring(brace));
        while (label.find()) {
          labels.put(label.group(1), label.group(2));
        }
      }
      return of(brace < 0 ? text : text.substring(0, brace), labels);
    }

    /** The series with these labels. */
    Series of(String name, Map<String, String> labels) {
      TreeMap<String, String> sorted = new TreeMap<>(labels);
      sorted.computeIfPresent("le", (le, bound) -> bound(bound));
      String key =
          name
              + sorted.entrySet().stream()
                  .map(label -> label.getKey() + "=\"" + label.getValue() + "\"")
                  .collect(Collectors.joining(",", "{", "}"));
      return byKey.computeIfAbsent(key, k -> add(name, k));
    }

    private Series add(String name, String key) {
      synchronized (byId) {
        Series series = new Series(byId.size(), name, key);
        byId.add(series);
        return series;
      }
    }

    private static String bound(String text) {
      return text.equals("+Inf") ? text : String.valueOf(Double.parseDouble(text));
    }

    Series get(int id) {
      synchronized (byId) {
        return byId.get(id);
      }
    }

    int size() {
      synchronized (byId) {
        return byId.size();
      }
    }
  }
}
