package org.aragora.telemetry.exporter.spans;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.aragora.telemetry.exporter.contract.Delivery;
import org.aragora.telemetry.exporter.contract.Receiver;
import org.aragora.telemetry.exporter.contract.Reply;

/** OTLP/HTTP, decoded by OpenTelemetry's published definitions. */
final class SpanReceiver extends Receiver {

  private final List<ResourceSpans> spans = new CopyOnWriteArrayList<>();

  SpanReceiver() {
    this(0);
  }

  SpanReceiver(int port) {
    super(port);
  }

  /** Each span alone with its resource and scope, also of requests that were not accepted. */
  List<ResourceSpans> spans() {
    return List.copyOf(spans);
  }

  @Override
  protected List<Delivery.Item> decode(byte[] body) throws IOException {
    List<ResourceSpans> single = single(ExportTraceServiceRequest.parseFrom(body));
    spans.addAll(single);
    return items(single);
  }

  static List<ResourceSpans> single(ExportTraceServiceRequest request) {
    List<ResourceSpans> single = new ArrayList<>();
    for (ResourceSpans resource : request.getResourceSpansList()) {
      for (ScopeSpans scope : resource.getScopeSpansList()) {
        for (Span span : scope.getSpansList()) {
          single.add(
              resource.toBuilder()
                  .clearScopeSpans()
                  .addScopeSpans(scope.toBuilder().clearSpans().addSpans(span))
                  .build());
        }
      }
    }
    return single;
  }

  static List<Delivery.Item> items(List<ResourceSpans> single) {
    return single.stream()
        .map(
            one ->
                new Delivery.Item(
                    hex(span(one).getSpanId()), about(span(one)), hex(one.toByteString())))
        .toList();
  }

  private static String about(Span span) {
    String request = text(span.getAttributesList(), "request.id");
    return request.isEmpty() ? text(span.getAttributesList(), "agent.call_id") : request;
  }

  static Span span(ResourceSpans single) {
    return single.getScopeSpans(0).getSpans(0);
  }

  static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  static String text(List<KeyValue> attributes, String name) {
    return attributes.stream()
        .filter(attribute -> attribute.getKey().equals(name))
        .map(attribute -> attribute.getValue().getStringValue())
        .findFirst()
        .orElse("");
  }

  @Override
  protected byte[] success(Reply reply) {
    return response(reply).toByteArray();
  }

  static ExportTraceServiceResponse response(Reply reply) {
    ExportTraceServiceResponse.Builder response = ExportTraceServiceResponse.newBuilder();
    if (reply.kind() == Reply.Kind.PARTIAL) {
      response.setPartialSuccess(
          ExportTracePartialSuccess.newBuilder()
              .setRejectedSpans(reply.status())
              .setErrorMessage(reply.message()));
    }
    return response.build();
  }

  @Override
  protected int successStatus() {
    return 200;
  }

  @Override
  public Map<String, String> environment() {
    return Map.of(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://127.0.0.1:" + port(),
        "OTEL_TRACES_SAMPLER",
        "always_on");
  }
}
