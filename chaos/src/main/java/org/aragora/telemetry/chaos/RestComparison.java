package org.aragora.telemetry.chaos;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares what is served to the truth, while nothing moves. Zero or absent is the same. */
final class RestComparison {
  /** What depends on the wall clock, or says how far the reading is. */
  private static final Set<String> NOT_TOLD =
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

  RestComparison(Series.Table table) {
    if (table.size() == 0) {
      throw new IllegalStateException("Nothing was scraped before the first rest.");
    }
  }

  /** A sentence about the first difference, empty where there is none. */
  String difference(Map<Series, Double> served, Map<Series, Double> truth, Set<Series> contested) {
    differences.clear();
    Set<Series> all = new HashSet<>(served.keySet());
    all.addAll(truth.keySet());
    all.removeIf(series -> NOT_TOLD.contains(series.name()));
    compared = all.size();
    for (Series series : all) {
      double is = served.getOrDefault(series, 0.0);
      double must = truth.getOrDefault(series, 0.0);
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

  List<String> differences() {
    return differences.subList(0, Math.min(SHOWN, differences.size()));
  }

  long compared() {
    return compared;
  }
}
