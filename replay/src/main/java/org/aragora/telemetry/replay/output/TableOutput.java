package org.aragora.telemetry.replay.output;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.HistogramAggregate;

/**
 * Table for people: every series with its total, then the account of every partition with records.
 */
public final class TableOutput {
  private final Appendable out;

  public TableOutput(Appendable out) {
    this.out = out;
  }

  /** Writes all of it. */
  public void write(Result result) throws IOException {
    List<List<String>> series = new ArrayList<>();
    series.add(List.of("SERIES", "TOTAL"));
    for (Map.Entry<SeriesKey, Aggregate> entry : result.totals().entrySet()) {
      MetricDescriptor metric = result.metric(entry.getKey());
      if (!metric.type().needsTopicTime()) {
        series.add(List.of(name(metric, entry.getKey()), value(metric, entry.getValue())));
      }
    }
    rows(series);
    out.append("\n");
    List<List<String>> ledgers = new ArrayList<>();
    ledgers.add(
        List.of("PARTITION", "READ", "COUNTED", "DUPLICATE", "DEAD LETTER", "LATE", "MISSING"));
    for (Map.Entry<InputPartition, Ledger> entry : result.ledgers().entrySet()) {
      Ledger ledger = entry.getValue();
      if (ledger.read() > 0) {
        ledgers.add(
            List.of(
                entry.getKey().toString(),
                String.valueOf(ledger.read()),
                String.valueOf(ledger.counted()),
                String.valueOf(ledger.duplicate()),
                String.valueOf(ledger.deadLetters()),
                String.valueOf(ledger.late()),
                ledger.missing().toString()));
      }
    }
    rows(ledgers);
  }

  private void rows(List<List<String>> rows) throws IOException {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        String padding = " ".repeat(widths[i] - row.get(i).length());
        out.append(i == 0 ? row.get(i) + padding : "  " + padding + row.get(i));
      }
      out.append("\n");
    }
  }

  private static String name(MetricDescriptor metric, SeriesKey series) {
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < metric.labels().size(); i++) {
      labels.add(
          "%s=\"%s\""
              .formatted(metric.labels().get(i), Numbers.escaped(series.labelValues().get(i))));
    }
    return labels.isEmpty()
        ? series.metric()
        : series.metric() + "{" + String.join(",", labels) + "}";
  }

  private static String value(MetricDescriptor metric, Aggregate value) {
    if (value instanceof HistogramAggregate histogram) {
      long count = 0;
      for (int i = 0; i < histogram.buckets(); i++) {
        count += histogram.count(i);
      }
      return "%d (sum %s)".formatted(count, Numbers.text(histogram.sum(), metric.unitsPerOne()));
    }
    return Objects.requireNonNullElse(Numbers.single(value), "");
  }
}
