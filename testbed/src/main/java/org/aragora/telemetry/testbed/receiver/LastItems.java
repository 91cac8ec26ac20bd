package org.aragora.telemetry.testbed.receiver;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The last traces and lines, as JSON for the page. Numbers are microseconds, because a browser
 * rounds nanoseconds. Thread-safe.
 */
final class LastItems {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Comparator<KeptSpan> BY_START =
      Comparator.comparingLong(KeptSpan::startNanos);
  private static final double NANOS_PER_MICRO = 1000;

  private final LastTraces traces = new LastTraces();
  private final LastLines lines = new LastLines();

  private interface Body {
    void write(JsonGenerator out) throws IOException;
  }

  synchronized void addSpans(List<KeptSpan> spans) {
    spans.forEach(traces::add);
  }

  synchronized void addLines(List<KeptLine> received) {
    received.forEach(lines::add);
  }

  /** Returns a summary of every trace. */
  synchronized String list() throws IOException {
    Map<String, Long> lineCounts =
        lines.stream().collect(groupingBy(KeptLine::traceId, counting()));
    return json(
        out -> {
          out.writeArrayFieldStart("traces");
          for (Map.Entry<String, LastTraces.Trace> each : traces.newestFirst()) {
            summary(
                out, each.getKey(), each.getValue(), lineCounts.getOrDefault(each.getKey(), 0L));
          }
          out.writeEndArray();
        });
  }

  private static void summary(JsonGenerator out, String id, LastTraces.Trace trace, long lines)
      throws IOException {
    List<KeptSpan> spans = trace.spans().stream().sorted(BY_START).toList();
    KeptSpan first =
        spans.stream().filter(KeptSpan::isRoot).findFirst().orElseGet(() -> spans.get(0));
    long start = spans.get(0).startNanos();
    long end = spans.stream().mapToLong(KeptSpan::endNanos).max().orElse(start);
    out.writeStartObject();
    out.writeStringField("id", id);
    out.writeStringField("name", first.operation().name());
    out.writeStringField("service", first.operation().service());
    out.writeNumberField("startMicros", start / NANOS_PER_MICRO);
    out.writeNumberField("durationMicros", (end - start) / NANOS_PER_MICRO);
    out.writeNumberField("spans", spans.size());
    out.writeNumberField("failed", spans.stream().filter(KeptSpan::hasFailed).count());
    out.writeNumberField("lines", lines);
    out.writeEndObject();
  }

  /** Returns the spans and lines of one trace, none if it is not kept. */
  synchronized String trace(String id) throws IOException {
    LastTraces.Trace trace = traces.find(id);
    return json(
        out -> {
          out.writeNumberField("leftOut", trace.leftOut());
          out.writeArrayFieldStart("spans");
          for (KeptSpan span : trace.spans().stream().sorted(BY_START).toList()) {
            span.write(out);
          }
          out.writeEndArray();
          out.writeArrayFieldStart("lines");
          List<KeptLine> own =
              lines.stream()
                  .filter(line -> line.traceId().equals(id))
                  .sorted(Comparator.comparingLong(KeptLine::nanos))
                  .toList();
          for (KeptLine line : own) {
            line.write(out);
          }
          out.writeEndArray();
        });
  }

  private static String json(Body body) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      body.write(out);
      out.writeEndObject();
    }
    return text.toString();
  }
}
