package org.aragora.telemetry.replay.output;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.counting.ledger.Ledger;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.SeriesKey;
import org.aragora.telemetry.counting.value.Aggregate;
import org.aragora.telemetry.counting.value.HistogramAggregate;
import org.aragora.telemetry.replay.read.Bounds;
import org.aragora.telemetry.schemas.topic.DeadLetterReason;

/**
 * One JSON object: {@code range}, {@code ledger}, {@code series} and, if they were kept, {@code
 * windows}; one entry a line, in order, numbers exact. Gauges that depend on the clock are left
 * out.
 */
public final class JsonOutput {
  private final Appendable out;

  public JsonOutput(Appendable out) {
    this.out = out;
  }

  /** Writes all of it. */
  public void write(Result result) throws IOException {
    out.append("{\n\"range\":[");
    String comma = "\n";
    for (Map.Entry<InputPartition, Bounds> entry : result.range().entrySet()) {
      out.append(comma).append("{");
      partition(entry.getKey());
      out.append(",\"from\":").append(String.valueOf(entry.getValue().from()));
      out.append(",\"to\":").append(String.valueOf(entry.getValue().to())).append("}");
      comma = ",\n";
    }
    out.append("\n],\n\"ledger\":[");
    comma = "\n";
    for (Map.Entry<InputPartition, Ledger> entry : result.ledgers().entrySet()) {
      out.append(comma).append("{");
      partition(entry.getKey());
      ledger(entry.getValue());
      out.append("}");
      comma = ",\n";
    }
    out.append("\n],\n\"series\":[");
    comma = "\n";
    for (Map.Entry<SeriesKey, Aggregate> entry : result.totals().entrySet()) {
      MetricDescriptor metric = result.metric(entry.getKey());
      if (!metric.type().needsTopicTime()) {
        out.append(comma).append("{");
        series(metric, entry.getKey());
        value(metric, entry.getValue());
        out.append("}");
        comma = ",\n";
      }
    }
    out.append("\n]");
    if (!result.windows().isEmpty()) {
      windows(result);
    }
    out.append("\n}\n");
  }

  private void windows(Result result) throws IOException {
    out.append(",\n\"windows\":[");
    String comma = "\n";
    for (Map.Entry<WindowId, Aggregate> entry : result.windows().entrySet()) {
      MetricDescriptor metric = result.metric(entry.getKey().series());
      out.append(comma).append("{\"minute\":");
      string(Instant.ofEpochSecond(entry.getKey().minute() * 60).toString());
      out.append(",");
      series(metric, entry.getKey().series());
      value(metric, entry.getValue());
      out.append("}");
      comma = ",\n";
    }
    out.append("\n]");
  }

  private void partition(InputPartition partition) throws IOException {
    out.append("\"topic\":");
    string(partition.topic().suffix());
    out.append(",\"partition\":").append(String.valueOf(partition.partition()));
  }

  private void ledger(Ledger ledger) throws IOException {
    field("read", ledger.read());
    field("counted", ledger.counted());
    field("duplicate", ledger.duplicate());
    out.append(",\"dead_letters\":{");
    String comma = "";
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      if (ledger.deadLetters(reason) > 0) {
        out.append(comma);
        string(reason.label());
        out.append(":").append(String.valueOf(ledger.deadLetters(reason)));
        comma = ",";
      }
    }
    out.append("}");
    field("late", ledger.late());
    field("clock_skew", ledger.clockSkew());
    field("gaps_closed", ledger.gapsClosed());
    out.append(",\"missing\":").append(ledger.missing().toString());
    field("next_offset", ledger.nextOffset());
  }

  private void field(String name, long value) throws IOException {
    out.append(",\"").append(name).append("\":").append(String.valueOf(value));
  }

  private void series(MetricDescriptor metric, SeriesKey series) throws IOException {
    out.append("\"metric\":");
    string(series.metric());
    out.append(",\"labels\":{");
    List<String> values = series.labelValues();
    for (int i = 0; i < values.size(); i++) {
      out.append(i == 0 ? "" : ",");
      string(metric.labels().get(i));
      out.append(":");
      string(values.get(i));
    }
    out.append("}");
  }

  private void value(MetricDescriptor metric, Aggregate value) throws IOException {
    String single = Numbers.single(value);
    if (single != null) {
      out.append(",\"value\":").append(single);
    } else if (value instanceof HistogramAggregate histogram) {
      long count = 0;
      out.append(",\"buckets\":{");
      for (int i = 0; i < histogram.buckets(); i++) {
        count += histogram.count(i);
        out.append(i == 0 ? "" : ",");
        string(i < metric.boundUnits().size() ? String.valueOf(metric.bound(i)) : "+Inf");
        out.append(":").append(String.valueOf(count));
      }
      out.append("},\"count\":").append(String.valueOf(count));
      out.append(",\"sum\":").append(Numbers.text(histogram.sum(), metric.unitsPerOne()));
    }
  }

  private void string(String text) throws IOException {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
