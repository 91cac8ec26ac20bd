package org.aragora.telemetry.chaos.checks;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Comparison of served and expected values at rest. Zero or absent is the same. */
public final class RestComparison {
  /** Depend on the wall clock or on offsets. */
  private static final Set<String> NOT_COMPARED =
      Set.of(
          "aragora_consensus_rate",
          "aragora_debate_timeout_rate",
          "aragora_request_error_rate",
          "aragora_telemetry_lag_seconds",
          "aragora_telemetry_complete_until_timestamp_seconds",
          "aragora_telemetry_consumed_offset");

  private static final int SHOWN = 10;

  private final List<String> differences = new ArrayList<>();
  private long compared;

  /**
   * Starts a comparison.
   *
   * @throws IllegalStateException if no scrape was answered
   */
  public RestComparison(ServedSeries.Table table) {
    if (table.all().isEmpty()) {
      throw new IllegalStateException("Nothing was scraped before the first rest.");
    }
  }

  /**
   * Compares once more.
   *
   * @param contested series that two instances serve differently
   * @return a sentence about the first difference, empty if there is none
   */
  public String difference(
      Map<ServedSeries, Double> served,
      Map<ServedSeries, Double> expected,
      Set<ServedSeries> contested) {
    differences.clear();
    Set<ServedSeries> all = new HashSet<>(served.keySet());
    all.addAll(expected.keySet());
    all.removeIf(series -> NOT_COMPARED.contains(series.name()));
    compared = all.size();
    for (ServedSeries series : all) {
      double is = served.getOrDefault(series, 0.0);
      double must = expected.getOrDefault(series, 0.0);
      if (is != must || contested.contains(series)) {
        differences.add(
            "%s is %s and must be %s%s"
                .formatted(
                    series.key(),
                    served.containsKey(series) ? String.valueOf(is) : "absent",
                    must,
                    contested.contains(series) ? "; two instances serve it differently" : ""));
      }
    }
    return differences.isEmpty()
        ? ""
        : "%d of %d, such as: %s".formatted(differences.size(), compared, differences.get(0));
  }

  /** The first differences of the last comparison. */
  public List<String> differences() {
    return differences.subList(0, Math.min(SHOWN, differences.size()));
  }

  /** Number of series in the last comparison. */
  public long compared() {
    return compared;
  }
}
