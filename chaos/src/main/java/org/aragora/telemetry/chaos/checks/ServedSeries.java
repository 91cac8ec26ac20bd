package org.aragora.telemetry.chaos.checks;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.aragora.telemetry.testbed.service.SeriesName;

/**
 * One series under its one identity: name and labels, whichever instance serves it.
 *
 * @param name name of the metric with its suffix
 * @param key name and labels as {@link SeriesName} writes them
 */
public record ServedSeries(String name, String key) {
  private static final Pattern GROWING = Pattern.compile(".*_(total|bucket|count|sum)");
  private static final String OF_PROCESS = "aragora_telemetry_process_";
  private static final String OFFSET = "aragora_telemetry_consumed_offset";

  /** Returns true if its value may never go down. */
  public boolean grows() {
    return !name.startsWith(OF_PROCESS) && (GROWING.matcher(name).matches() || isOffset());
  }

  /** Returns true for the offset up to which a partition is counted. */
  boolean isOffset() {
    return name.equals(OFFSET);
  }

  /** Returns true if its value is in seconds; events have nanoseconds. */
  public boolean isInSeconds() {
    return name.endsWith("_seconds_sum");
  }

  /** Every series of a run. Thread-safe. */
  public static final class Table {
    private final Map<String, ServedSeries> byText = new ConcurrentHashMap<>();
    private final Map<String, ServedSeries> byKey = new ConcurrentHashMap<>();

    /** Finds the series of {@code name{label="value"}}. */
    ServedSeries parse(String text) {
      return byText.computeIfAbsent(text, key -> of(SeriesName.parse(key)));
    }

    /** Finds a series. */
    public ServedSeries of(SeriesName series) {
      return byKey.computeIfAbsent(series.toString(), key -> new ServedSeries(series.name(), key));
    }

    /** All series so far. */
    public Collection<ServedSeries> all() {
      return byKey.values();
    }
  }
}
