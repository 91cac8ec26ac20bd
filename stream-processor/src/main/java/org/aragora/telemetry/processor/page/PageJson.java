package org.aragora.telemetry.processor.page;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.processor.page.PageFigures.Gauges;
import org.aragora.telemetry.processor.page.PageFigures.Topic;
import org.aragora.telemetry.processor.page.PageFigures.Traffic;

/** Writes the figures as one line of JSON; a figure that is not served is null. */
final class PageJson {
  private static final int VERSION = 1;
  private static final double MAX_WHOLE = 1L << 53;
  private static final JsonFactory JSON = new JsonFactory();

  private final JsonGenerator out;

  private PageJson(JsonGenerator out) {
    this.out = out;
  }

  /**
   * Writes figures.
   *
   * @param others the figures of other processors
   * @param exporters reports of the exporters, none if the page has no addresses of them
   */
  static String of(PageFigures figures, List<Peers.Answer> others, List<ExporterReport> exporters) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      new PageJson(out).write(figures, others, exporters);
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot be written", e);
    }
    return text.toString();
  }

  private void write(PageFigures figures, List<Peers.Answer> others, List<ExporterReport> exporters)
      throws IOException {
    out.writeStartObject();
    out.writeNumberField("version", VERSION);
    out.writeNumberField("timeMs", figures.timeMs());
    write(figures.service());
    write(figures.serving());
    write(figures.traffic());
    out.writeArrayFieldStart("topics");
    for (Topic topic : figures.topics()) {
      write(topic);
    }
    out.writeEndArray();
    number("appendedRecords", doubleOf(figures.appendedRecords()));
    out.writeArrayFieldStart("peers");
    for (Peers.Answer other : others) {
      out.writeStartObject();
      out.writeStringField("address", other.address());
      out.writeFieldName("figures");
      out.writeRawValue(other.json() == null ? "null" : other.json());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeArrayFieldStart("exporters");
    for (ExporterReport exporter : exporters) {
      write(exporter);
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private void write(ExporterReport exporter) throws IOException {
    ExporterReport.Figures figures = exporter.figures();
    out.writeStartObject();
    out.writeStringField("address", exporter.address());
    if (figures == null) {
      out.writeNullField("figures");
      out.writeStringField("problem", exporter.problem());
    } else {
      out.writeObjectFieldStart("figures");
      out.writeNumberField("timeMs", figures.timeMs());
      out.writeStringField("exporter", figures.exporter());
      write("live", figures.live());
      write("ready", figures.ready());
      number("lagSeconds", figures.lagSeconds());
      out.writeNumberField("lagRecords", figures.lagRecords());
      out.writeNumberField("items", figures.items());
      out.writeNumberField("deadLettered", figures.deadLettered());
      out.writeEndObject();
    }
    out.writeEndObject();
  }

  private void write(PageFigures.Service service) throws IOException {
    out.writeObjectFieldStart("service");
    out.writeStringField("version", service.identity().version());
    out.writeStringField("revision", service.identity().revision());
    out.writeStringField("applicationId", service.identity().applicationId());
    out.writeStringField("address", service.identity().address());
    out.writeStringField("topicPrefix", service.identity().topicPrefix());
    if (service.generation() < 0) {
      out.writeNullField("generation");
    } else {
      out.writeNumberField("generation", service.generation());
    }
    out.writeStringField("state", service.state());
    write("live", service.live());
    write("ready", service.ready());
    out.writeEndObject();
  }

  private void write(String name, Health health) throws IOException {
    out.writeObjectFieldStart(name);
    out.writeBooleanField("ok", health.ok());
    out.writeStringField("cause", health.cause());
    out.writeEndObject();
  }

  private void write(PageFigures.Serving serving) throws IOException {
    out.writeObjectFieldStart("serving");
    out.writeArrayFieldStart("partitions");
    for (int partition : serving.served()) {
      out.writeNumber(partition);
    }
    out.writeEndArray();
    out.writeNumberField("all", serving.all());
    if (serving.balanced().isPresent()) {
      out.writeBooleanField("ledgersBalance", serving.balanced().get());
    } else {
      out.writeNullField("ledgersBalance");
    }
    out.writeEndObject();
  }

  private void write(Traffic traffic) throws IOException {
    out.writeObjectFieldStart("traffic");
    number("requests", traffic.requests());
    number("serverErrors", traffic.serverErrors());
    out.writeArrayFieldStart("endpoints");
    for (PageFigures.Endpoint endpoint : traffic.endpoints()) {
      out.writeStartObject();
      out.writeStringField("name", endpoint.name());
      number("requests", endpoint.requests());
      number("serverErrors", endpoint.serverErrors());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeArrayFieldStart("buckets");
    for (int i = 0; i < traffic.bounds().size(); i++) {
      out.writeStartObject();
      number("le", traffic.bounds().get(i)); // null is infinity
      number("count", traffic.buckets().get(i));
      out.writeEndObject();
    }
    out.writeEndArray();
    Gauges gauges = traffic.gauges();
    number("activeDebates", gauges.activeDebates());
    number("webSocketConnections", gauges.webSocketConnections());
    number("agentCalls", gauges.agentCalls());
    number("instancesUp", gauges.instancesUp());
    number("instancesSilent", gauges.instancesSilent());
    number("producerDrops", gauges.producerDrops());
    out.writeEndObject();
  }

  private void write(Topic topic) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", topic.name());
    number("read", topic.read());
    number("counted", topic.counted());
    number("duplicate", topic.duplicate());
    number("deadLettered", topic.deadLettered());
    number("late", topic.late());
    number("missing", topic.missing());
    number("completeUntilSeconds", topic.completeUntilSeconds());
    number("lagSeconds", topic.lagSeconds());
    number("lagRecords", topic.lagRecords());
    number("unstableRecords", topic.unstableRecords());
    out.writeEndObject();
  }

  private static double doubleOf(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : Double.NaN;
  }

  private void number(String name, OptionalDouble value) throws IOException {
    number(name, value.orElse(Double.NaN));
  }

  private void number(String name, double value) throws IOException {
    if (!Double.isFinite(value)) {
      out.writeNullField(name);
    } else if (value == Math.rint(value) && Math.abs(value) <= MAX_WHOLE) {
      out.writeNumberField(name, (long) value);
    } else {
      out.writeNumberField(name, value);
    }
  }
}
