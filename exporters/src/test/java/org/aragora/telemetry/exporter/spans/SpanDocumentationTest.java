package org.aragora.telemetry.exporter.spans;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.exporter.contract.Documentation;
import org.aragora.telemetry.exporter.contract.TestEvents;
import org.aragora.telemetry.schemas.envelope.Event;
import org.junit.jupiter.api.Test;

class SpanDocumentationTest {

  @Test
  void treeIsThatOfTheSampleDebate() {
    var definition = SpansMain.definition();
    Converter<List<SpanData>> converter =
        definition
            .converter()
            .apply(
                Settings.read(definition.settings(), Map.of("OTEL_TRACES_SAMPLER", "always_on")));
    List<SpanData> spans = new ArrayList<>();
    long offset = 0;
    for (Event event : TestEvents.sampleDebate()) {
      String topic = event.type().topic().under("aragora.");
      if (!topic.equals("aragora.logs")
          && converter.convert(TestEvents.record(topic, 0, offset++, event))
              instanceof Conversion.Export<List<SpanData>> export) {
        spans.addAll(export.payload());
      }
    }
    StringBuilder tree = new StringBuilder("```\ntrace " + spans.get(0).getTraceId() + "\n");
    print(tree, spans, "0000000000000000", "");
    Documentation.assertBlock("tree of a debate", tree + "```\n");
  }

  private static void print(
      StringBuilder tree, List<SpanData> spans, String parent, String indent) {
    List<SpanData> children =
        spans.stream()
            .filter(span -> span.getParentSpanId().equals(parent))
            .sorted(
                Comparator.comparingLong(SpanData::getStartEpochNanos)
                    .thenComparing(SpanData::getName))
            .toList();
    for (SpanData span : children) {
      tree.append(indent)
          .append(span.getName())
          .append("  [")
          .append(span.getSpanId())
          .append("] ")
          .append(span.getKind())
          .append(' ')
          .append((span.getEndEpochNanos() - span.getStartEpochNanos()) / 1_000_000)
          .append(" ms, ")
          .append(span.getResource().getAttribute(AttributeKey.stringKey("service.name")))
          .append(span.getEvents().isEmpty() ? "" : ", event " + span.getEvents().get(0).getName())
          .append(
              span.getStatus().getStatusCode() == io.opentelemetry.api.trace.StatusCode.ERROR
                  ? ", ERROR"
                  : "")
          .append('\n');
      print(tree, spans, span.getSpanId(), indent + "  ");
    }
  }
}
