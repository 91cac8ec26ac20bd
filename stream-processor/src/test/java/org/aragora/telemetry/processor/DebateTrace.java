package org.aragora.telemetry.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.aragora.telemetry.testbed.receiver.CountingReceiver;

/**
 * Spans and lines of one debate as the exporters send them, for a receiver: three rounds, three
 * agents, the other side of each call, one failure.
 */
final class DebateTrace {
  private static final List<String> AGENTS = List.of("claude", "gpt-4", "gemini");
  private static final long MILLI = 1_000_000;

  private final CountingReceiver receiver;
  private final Random random;
  private final ByteString traceId;
  private final long startNanos;

  DebateTrace(CountingReceiver receiver, long seed, Instant start) {
    this.receiver = receiver;
    this.random = new Random(seed);
    this.traceId = id(16);
    this.startNanos = start.toEpochMilli() * MILLI;
  }

  private ByteString id(int bytes) {
    byte[] id = new byte[bytes];
    random.nextBytes(id);
    return ByteString.copyFrom(ByteBuffer.wrap(id));
  }

  /** Posts all of it. */
  void post() throws Exception {
    ByteString debate = id(8);
    int at = 40;
    for (int round = 1; round <= 3; round++) {
      ByteString roundId = id(8);
      int begun = at;
      line(at, "INFO", "aragora.debate.orchestrator", "round " + round + " of 3 begins");
      int ends = at;
      for (String agent : AGENTS) {
        ByteString call = id(8);
        int from = begun + 20 + random.nextInt(60);
        int to = from + 700 + random.nextInt(2600);
        boolean failed = round == 2 && agent.equals("gemini");
        Span.Builder client =
            span(call, roundId, "agent." + agent, from, to)
                .setKind(Span.SpanKind.SPAN_KIND_CLIENT)
                .addAttributes(attribute("agent.name", agent))
                .addAttributes(attribute("round.number", "" + round));
        if (failed) {
          client.setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR));
          line(to, "ERROR", "aragora.agents", "gemini: no answer within the deadline");
        } else {
          line(to, "INFO", "aragora.agents", agent + " has proposed");
        }
        spans("aragora", client);
        spans(agent, span(id(8), call, "propose", from + 8, to - 6));
        ends = Math.max(ends, to);
      }
      at = ends + 30;
      spans("aragora", span(roundId, debate, "debate.round." + round, begun, at));
    }
    line(at, "INFO", "aragora.debate.consensus", "consensus with confidence 0.87");
    spans(
        "aragora",
        span(debate, ByteString.EMPTY, "debate.run", 0, at + 25)
            .addAttributes(attribute("debate.outcome", "consensus"))
            .addEvents(
                Span.Event.newBuilder()
                    .setName("debate.consensus")
                    .setTimeUnixNano(startNanos + at * MILLI)));
  }

  private Span.Builder span(ByteString id, ByteString parent, String name, int fromMs, int toMs) {
    return Span.newBuilder()
        .setTraceId(traceId)
        .setSpanId(id)
        .setParentSpanId(parent)
        .setName(name)
        .setStartTimeUnixNano(startNanos + fromMs * MILLI)
        .setEndTimeUnixNano(startNanos + toMs * MILLI);
  }

  private static KeyValue attribute(String name, String value) {
    return KeyValue.newBuilder()
        .setKey(name)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private void spans(String service, Span.Builder span) throws Exception {
    post(
        "/v1/traces",
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setResource(
                        Resource.newBuilder().addAttributes(attribute("service.name", service)))
                    .addScopeSpans(ScopeSpans.newBuilder().addSpans(span)))
            .build()
            .toByteArray());
  }

  private void line(int afterMs, String level, String logger, String message) throws Exception {
    String hex = HexFormat.of().formatHex(traceId.toByteArray());
    post(
        "/loki/api/v1/push",
        """
        {"streams":[{"stream":{"level":"%s","instance":"api-1"},"values":[["%d",
        "{\\"logger\\":\\"%s\\",\\"message\\":\\"%s\\"}",{"trace_id":"%s"}]]}]}\
        """
            .formatted(level, startNanos + afterMs * MILLI, logger, message, hex)
            .getBytes(UTF_8));
  }

  private void post(String path, byte[] body) throws Exception {
    int status =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(receiver.address() + path))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .build(),
                HttpResponse.BodyHandlers.discarding())
            .statusCode();
    if (status >= 300) {
      throw new IllegalStateException("the receiver answers " + status);
    }
  }
}
