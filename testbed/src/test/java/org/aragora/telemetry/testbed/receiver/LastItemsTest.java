package org.aragora.telemetry.testbed.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LastItemsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TRACE = "0123456789abcdef0123456789abcdef";

  private static byte[] span(String trace, String id, String parent, String name) {
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(
                    Resource.newBuilder()
                        .addAttributes(
                            KeyValue.newBuilder()
                                .setKey("service.name")
                                .setValue(AnyValue.newBuilder().setStringValue("aragora"))))
                .addScopeSpans(
                    ScopeSpans.newBuilder()
                        .addSpans(
                            Span.newBuilder()
                                .setTraceId(ByteString.fromHex(trace))
                                .setSpanId(ByteString.fromHex(id))
                                .setParentSpanId(ByteString.fromHex(parent))
                                .setName(name)
                                .setKind(Span.SpanKind.SPAN_KIND_CLIENT)
                                .setStartTimeUnixNano(1_700_000_000_000_000_000L)
                                .setEndTimeUnixNano(1_700_000_000_250_000_000L)
                                .addAttributes(
                                    KeyValue.newBuilder()
                                        .setKey("__proto__")
                                        .setValue(AnyValue.newBuilder().setIntValue(7)))
                                .setStatus(
                                    Status.newBuilder()
                                        .setCode(Status.StatusCode.STATUS_CODE_ERROR)
                                        .setMessage("it broke")))))
        .build()
        .toByteArray();
  }

  private static byte[] lines(String trace, String... messages) {
    StringBuilder values = new StringBuilder();
    for (String message : messages) {
      values.append(values.isEmpty() ? "" : ",");
      values.append(
          """
          ["1700000000100000000","{\\"logger\\":\\"a.b\\",\\"message\\":\\"%s\\",\\"trace_id\\":\\"%s\\"}"]\
          """
              .formatted(message, trace));
    }
    return """
    {"streams":[{"stream":{"level":"ERROR","instance":"api-1"},"values":[%s]}]}\
    """
        .formatted(values)
        .getBytes(UTF_8);
  }

  private static JsonNode get(CountingReceiver receiver, String path) throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(receiver.address() + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private static int post(CountingReceiver receiver, String path, byte[] body) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(receiver.address() + path))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void traceIsListedAndAnsweredWithItsLinesHoweverOftenTheyCome() throws Exception {
    try (CountingReceiver receiver = CountingReceiver.startKeeping(0)) {
      for (int i = 0; i < 2; i++) {
        assertThat(
                post(
                    receiver,
                    "/v1/traces",
                    span(TRACE, "00000000000000a2", "00000000000000a1", "call")))
            .isEqualTo(200);
        assertThat(post(receiver, "/v1/traces", span(TRACE, "00000000000000a1", "", "debate.run")))
            .isEqualTo(200);
        assertThat(post(receiver, "/loki/api/v1/push", lines(TRACE, "one", "two"))).isEqualTo(204);
        assertThat(post(receiver, "/loki/api/v1/push", lines("", "alone"))).isEqualTo(204);
      }
      JsonNode all = get(receiver, "/api/v1/traces").path("traces");
      assertThat(all).hasSize(1);
      assertThat(all.get(0).path("id").asText()).isEqualTo(TRACE);
      assertThat(all.get(0).path("name").asText()).isEqualTo("debate.run");
      assertThat(all.get(0).path("service").asText()).isEqualTo("aragora");
      assertThat(all.get(0).path("spans").asInt()).isEqualTo(2);
      assertThat(all.get(0).path("failed").asInt()).isEqualTo(2);
      assertThat(all.get(0).path("lines").asInt()).isEqualTo(2);
      assertThat(all.get(0).path("durationMicros").asDouble()).isEqualTo(250_000);

      JsonNode one = get(receiver, "/api/v1/traces/" + TRACE);
      assertThat(one.path("spans").findValuesAsText("id"))
          .containsExactlyInAnyOrder("00000000000000a1", "00000000000000a2");
      JsonNode call = one.path("spans").get(0);
      assertThat(call.path("kind").asText()).isEqualTo("client");
      assertThat(call.path("startMicros").asDouble()).isEqualTo(1_700_000_000_000_000d);
      assertThat(call.path("failed").asBoolean()).isTrue();
      assertThat(call.path("failure").asText()).isEqualTo("it broke");
      assertThat(call.path("attributes").toString()).isEqualTo("[[\"__proto__\",\"7\"]]");
      assertThat(one.path("lines").findValuesAsText("message")).containsExactly("one", "two");
      assertThat(one.path("lines").findValuesAsText("level")).containsOnly("ERROR");
      assertThat(get(receiver, "/api/v1/traces/" + "f".repeat(32)).path("spans")).isEmpty();
      assertThat(receiver.distinctSpans()).isEqualTo(2);
      assertThat(receiver.distinctLines()).isEqualTo(3);
    }
  }

  @Test
  void refusedRequestLeavesNothing() throws Exception {
    try (CountingReceiver receiver = CountingReceiver.startKeeping(0)) {
      byte[] good = span(TRACE, "00000000000000a1", "", "a");
      byte[] cut = java.util.Arrays.copyOf(good, good.length - 1);
      assertThat(post(receiver, "/v1/traces", cut)).isEqualTo(400);
      assertThat(get(receiver, "/api/v1/traces").path("traces")).isEmpty();
    }
  }

  @Test
  void receiverThatOnlyCountsKeepsNothing() throws Exception {
    try (CountingReceiver receiver = CountingReceiver.startDistinct(0)) {
      post(receiver, "/v1/traces", span(TRACE, "00000000000000a1", "", "a"));
      HttpResponse<Void> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(receiver.address() + "/api/v1/traces")).build(),
                  HttpResponse.BodyHandlers.discarding());
      assertThat(answer.statusCode()).isEqualTo(404);
    }
  }

  private static KeptSpan kept(String trace, int id, String text) {
    return new KeptSpan(
        trace,
        String.valueOf(id),
        "",
        new KeptSpan.Operation("name", "service", "internal"),
        id,
        id,
        null,
        Map.of("text", text),
        List.of());
  }

  @Test
  void twoHundredTracesAreKeptThoseWhoseSpansCameLast() {
    LastTraces traces = new LastTraces();
    traces.add(kept("old", 1, ""));
    for (int i = 0; i < 199; i++) {
      traces.add(kept("t" + i, 1, ""));
    }
    traces.add(kept("old", 2, ""));
    traces.add(kept("new", 1, ""));
    assertThat(traces.newestFirst()).hasSize(200);
    assertThat(traces.find("old").spans()).hasSize(2);
    assertThat(traces.find("t0").spans()).as("the oldest").isEmpty();
    assertThat(traces.newestFirst().get(0).getKey()).isEqualTo("new");
    assertThat(traces.spans()).isEqualTo(201);
  }

  @Test
  void spansAndBytesAreBounded() {
    LastTraces traces = new LastTraces();
    for (int i = 0; i < 3000; i++) {
      traces.add(kept("endless", i, ""));
    }
    assertThat(traces.find("endless").spans()).hasSize(LastTraces.MAX_SPANS_OF_ONE);
    assertThat(traces.find("endless").leftOut()).isEqualTo(2000);
    for (int i = 0; i < 40_000; i++) {
      traces.add(kept("t" + i % 150, i, ""));
    }
    assertThat(traces.spans()).isLessThanOrEqualTo(20_000);
    for (int i = 0; i < 20_000; i++) {
      traces.add(kept("t" + i % 150, i, "x".repeat(SpanReader.MAX_CHARS)));
    }
    assertThat(traces.bytes()).isBetween(10L << 20, 16L << 20);
    traces
        .newestFirst()
        .forEach(each -> assertThat(each.getValue().spans()).as(each.getKey()).isNotEmpty());
  }

  @Test
  void linesAreBoundedInNumberAndBytes() {
    LastLines lines = new LastLines();
    for (int i = 0; i < 3000; i++) {
      lines.add(new KeptLine(i, "", "INFO", "api", "a", "m"));
    }
    assertThat(lines.stream().map(KeptLine::nanos)).hasSize(2000).startsWith(1000L);
    for (int i = 0; i < 20_000; i++) {
      lines.add(new KeptLine(i, "", "INFO", "api", "a", "x".repeat(10_000)));
    }
    assertThat(lines.bytes()).isBetween(4L << 20, 8L << 20);
  }

  @Test
  void longTextsAreCutAndOtherLinesAreKeptAsTheyAre() throws Exception {
    byte[] push =
        """
        {"streams":[{"stream":{"level":"INFO"},"values":[
          ["1","plain text",{"trace_id":"%s"}],["2","%s"],["3","[1]"],["4","{\\"message\\":null}"]]}]}\
        """
            .formatted(TRACE, "y".repeat(5000))
            .getBytes(UTF_8);
    List<KeptLine> lines = LineReader.lines(push);
    assertThat(lines.get(0).traceId()).isEqualTo(TRACE);
    assertThat(lines.get(0).message()).isEqualTo("plain text");
    assertThat(lines.get(1).message().length()).isLessThanOrEqualTo(SpanReader.MAX_CHARS);
    assertThat(lines.get(2).message()).isEqualTo("[1]");
    assertThat(lines.get(3).message()).isEqualTo("{\"message\":null}");
  }
}
