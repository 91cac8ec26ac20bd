package org.aragora.telemetry.chaos.checks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.aragora.telemetry.testbed.service.SeriesName;

/**
 * One series under its one identity: name and labels, whichever instance serves it.
 *
 * @param id place in every table of this run
 * @param name name of the metric with its suffix
 * @param key name and labels as {@link SeriesName} writes them
 */
public record ServedSeries(int id, String name, String key) {
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
    private final List<ServedSeries> byId = new ArrayList<>();

    /** Finds the series of {@code name{label="value"}}. */
    ServedSeries parse(String text) {
      return byText.computeIfAbsent(text, key -> of(SeriesName.parse(key)));
    }

    /** Finds a series. */
    public ServedSeries of(SeriesName series) {
      return byKey.computeIfAbsent(series.toString(), key -> add(series.name(), key));
    }

    private ServedSeries add(String name, String key) {
      synchronized (byId) {
        ServedSeries series = new ServedSeries(byId.size(), name, key);
        byId.add(series);
        return series;
      }
    }

    ServedSeries get(int id) {
      synchronized (byId) {
        return byId.get(id);
      }
    }

    /** All series so far. */
    public List<ServedSeries> all() {
      synchronized (byId) {
        return List.copyOf(byId);
      }
    }
  }
}
