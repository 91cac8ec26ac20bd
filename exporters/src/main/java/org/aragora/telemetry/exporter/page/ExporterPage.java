package org.aragora.telemetry.exporter.page;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.page.PageContent;
import org.aragora.telemetry.chassis.page.PageContent.Row;
import org.aragora.telemetry.exporter.health.ExporterFigures;
import org.aragora.telemetry.exporter.health.ExporterHealth;

/** Source of the page's figures. */
public final class ExporterPage implements Supplier<PageContent> {
  private static final int VERSION = 1;
  private static final JsonFactory JSON = new JsonFactory();

  private final String exporter;
  private final String groupId;
  private final ExporterHealth health;
  private final Supplier<ExporterFigures> figures;

  /** {@code exporter}: {@code spans} or {@code logs}. */
  public ExporterPage(
      String exporter, String groupId, ExporterHealth health, Supplier<ExporterFigures> figures) {
    this.exporter = exporter;
    this.groupId = groupId;
    this.health = health;
    this.figures = figures;
  }

  @Override
  public PageContent get() {
    ExporterFigures now = figures.get();
    return new PageContent(json(now), rows(now));
  }

  private String json(ExporterFigures now) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      out.writeNumberField("version", VERSION);
      out.writeNumberField("timeMs", System.currentTimeMillis());
      out.writeObjectFieldStart("service");
      out.writeStringField("exporter", exporter);
      out.writeStringField("groupId", groupId);
      write(out, "live", Health.of(health::live));
      write(out, "ready", Health.of(health::ready));
      out.writeEndObject();
      if (now.lagSeconds().isPresent()) {
        out.writeNumberField("lagSeconds", now.lagSeconds().getAsDouble());
      } else {
        out.writeNullField("lagSeconds");
      }
      out.writeNumberField("lagRecords", now.lagRecords());
      out.writeNumberField("owned", now.owned());
      out.writeNumberField("inFlight", now.inFlight());
      out.writeNumberField("parked", now.parked());
      out.writeNumberField("acknowledgedItems", now.acknowledgedItems());
      write(out, "retried", now.retried());
      write(out, "deadLettered", now.deadLettered());
      out.writeArrayFieldStart("partitions");
      for (ExporterFigures.Partition each : now.partitions()) {
        write(out, each);
      }
      out.writeEndArray();
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot be written", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, String name, Health health) throws IOException {
    out.writeObjectFieldStart(name);
    out.writeBooleanField("ok", health.ok());
    out.writeStringField("cause", health.cause());
    out.writeEndObject();
  }

  private static void write(JsonGenerator out, String name, Map<String, Long> counts)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (Map.Entry<String, Long> each : counts.entrySet()) {
      out.writeStartObject();
      out.writeStringField("name", each.getKey());
      out.writeNumberField("count", each.getValue());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void write(JsonGenerator out, ExporterFigures.Partition each) throws IOException {
    out.writeStartObject();
    out.writeStringField("topic", each.topic());
    out.writeNumberField("partition", each.partition());
    out.writeNumberField("lag", each.lag());
    out.writeNumberField("heldBack", each.heldBack());
    out.writeNumberField("exported", each.exported());
    out.writeNumberField("skipped", each.skipped());
    out.writeNumberField("deadLettered", each.deadLettered());
    out.writeEndObject();
  }

  private List<Row> rows(ExporterFigures now) {
    Health ready = Health.of(health::ready);
    List<Row> rows = new ArrayList<>();
    rows.add(new Row(ready.ok() ? "Ready" : "Not ready", ready.cause()));
    rows.add(new Row("Exporter", exporter));
    rows.add(new Row("Consumer group", groupId));
    rows.add(
        new Row(
            "Lag",
            now.lagSeconds().isEmpty()
                ? "not measured yet"
                : String.format(
                    Locale.ROOT,
                    "%.1f s, %,d records",
                    now.lagSeconds().getAsDouble(),
                    now.lagRecords())));
    rows.add(
        row("Exported " + (exporter.equals("logs") ? "lines" : exporter), now.acknowledgedItems()));
    rows.add(row("Records in flight", now.inFlight()));
    rows.add(row("Records parked until the next attempt", now.parked()));
    rows.add(row("Batches retried", sum(now.retried())));
    rows.add(row("Dead letters", sum(now.deadLettered())));
    for (ExporterFigures.Partition each : now.partitions()) {
      rows.add(
          new Row(
              each.topic() + "-" + each.partition(),
              String.format(
                  Locale.ROOT,
                  "lag %,d, held back %,d, exported %,d, left out %,d, dead letters %,d",
                  each.lag(),
                  each.heldBack(),
                  each.exported(),
                  each.skipped(),
                  each.deadLettered())));
    }
    return rows;
  }

  private static Row row(String name, long value) {
    return new Row(name, String.format(Locale.ROOT, "%,d", value));
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
