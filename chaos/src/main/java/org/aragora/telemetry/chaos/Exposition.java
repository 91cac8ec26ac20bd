package org.aragora.telemetry.chaos;

import java.util.HashMap;
import java.util.Map;

/** Reads Prometheus's text format. */
final class Exposition {
  private static final String PROCESS = "aragora_telemetry_process_";
  private static final String OURS = "aragora_";
  private static final String LAST_REBALANCE = PROCESS + "kafka_last_rebalance_seconds_ago";
  private static final double NANOS_PER_SECOND = 1e9;

  private final Series.Table table;

  Exposition(Series.Table table) {
    this.table = table;
  }

  Scrape read(int slot, long startNanos, long endNanos, String text) {
    Map<Series, Double> values = new HashMap<>();
    double rebalancedAgo = -1;
    for (String line : text.split("\n", -1)) {
      if (!line.startsWith(OURS)) {
        continue;
      }
      int space = line.lastIndexOf(' ');
      String series = line.substring(0, space);
      if (!series.startsWith(PROCESS)) {
        values.put(table.parse(series), Double.parseDouble(line.substring(space + 1)));
      } else if (series.startsWith(LAST_REBALANCE)) {
        rebalancedAgo = Math.max(rebalancedAgo, Double.parseDouble(line.substring(space + 1)));
      }
    }
    long rebalancedNanos =
        rebalancedAgo < 0 ? -1 : endNanos - (long) (rebalancedAgo * NANOS_PER_SECOND);
    return new Scrape(slot, startNanos, endNanos, values, rebalancedNanos);
  }
}
