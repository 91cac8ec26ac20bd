package org.aragora.telemetry.testbed.receiver;

import static java.util.stream.Collectors.joining;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the spans of a request; cuts long texts and leaves out attributes and events over a limit.
 */
final class SpanReader {
  static final int MAX_CHARS = 1024;
  static final int MAX_ATTRIBUTES = 64;
  private static final int MAX_EVENTS = 32;
  private static final String SERVICE = "service.name";

  private SpanReader() {}

  /** Reads an ExportTraceServiceRequest. */
  static List<KeptSpan> spans(byte[] request) throws InvalidProtocolBufferException {
    List<KeptSpan> spans = new ArrayList<>();
    for (ResourceSpans resource :
        ExportTraceServiceRequest.parseFrom(request).getResourceSpansList()) {
      String service =
          attributes(resource.getResource().getAttributesList()).getOrDefault(SERVICE, "");
      for (ScopeSpans scope : resource.getScopeSpansList()) {
        scope.getSpansList().forEach(span -> spans.add(span(service, span)));
      }
    }
    return spans;
  }

  private static KeptSpan span(String service, Span span) {
    Status status = span.getStatus();
    String kind = span.getKind().name().replace("SPAN_KIND_", "").toLowerCase(Locale.ROOT);
    return new KeptSpan(
        hex(span.getTraceId()),
        hex(span.getSpanId()),
        hex(span.getParentSpanId()),
        new KeptSpan.Operation(cut(span.getName()), service, kind),
        span.getStartTimeUnixNano(),
        Math.max(span.getStartTimeUnixNano(), span.getEndTimeUnixNano()),
        status.getCode() == Status.StatusCode.STATUS_CODE_ERROR ? cut(status.getMessage()) : null,
        attributes(span.getAttributesList()),
        span.getEventsList().stream().limit(MAX_EVENTS).map(SpanReader::event).toList());
  }

  private static KeptSpan.Event event(Span.Event event) {
    return new KeptSpan.Event(
        cut(event.getName()), event.getTimeUnixNano(), attributes(event.getAttributesList()));
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  private static Map<String, String> attributes(List<KeyValue> list) {
    Map<String, String> attributes = new LinkedHashMap<>();
    list.stream()
        .limit(MAX_ATTRIBUTES)
        .forEach(each -> attributes.put(cut(each.getKey()), cut(text(each.getValue()))));
    return attributes;
  }

  private static String text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> String.valueOf(value.getBoolValue());
      case INT_VALUE -> String.valueOf(value.getIntValue());
      case DOUBLE_VALUE -> String.valueOf(value.getDoubleValue());
      case ARRAY_VALUE ->
          value.getArrayValue().getValuesList().stream()
              .limit(MAX_ATTRIBUTES)
              .map(SpanReader::text)
              .collect(joining(", "));
      default -> value.getValueCase() == AnyValue.ValueCase.VALUE_NOT_SET ? "" : value.toString();
    };
  }

  static String cut(String text) {
    return text.length() <= MAX_CHARS
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MAX_CHARS / 2)) + "…";
  }
}
