package org.aragora.telemetry.testbed.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CountingReceiverTest {

  private CountingReceiver receiver;

  @BeforeEach
  void start() throws IOException {
    receiver = CountingReceiver.startDistinct(0);
  }

  @AfterEach
  void stop() {
    receiver.close();
  }

  private int post(String path, byte[] body) throws IOException, InterruptedException {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(body);
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(receiver.address() + path))
            .header("Content-Encoding", "gzip")
            .POST(HttpRequest.BodyPublishers.ofByteArray(zipped.toByteArray()))
            .build();
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void spansAreCountedInEveryScopeOfEveryResource() throws Exception {
    ScopeSpans two =
        ScopeSpans.newBuilder()
            .addSpans(Span.newBuilder().setName("a").setStartTimeUnixNano(7))
            .addSpans(Span.newBuilder().setName("b"))
            .build();
    ExportTraceServiceRequest request =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(two).addScopeSpans(two))
            .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(two))
            .build();

    assertThat(post("/v1/traces", request.toByteArray())).isEqualTo(200);
    assertThat(receiver.spans()).isEqualTo(6);
    assertThat(post("/v1/traces", "no protobuf".getBytes(UTF_8))).isEqualTo(400);
  }

  @Test
  void linesAreCountedInEveryStream() throws Exception {
    String push =
        "{\"streams\":[{\"stream\":{\"values\":\"x\"},\"values\":[[\"1\",\"a\",{\"t\":\"v\"}],[\"2\",\"b\"]]},"
            + "{\"stream\":{},\"values\":[[\"3\",\"[\"]]}]}";

    assertThat(post("/loki/api/v1/push", push.getBytes(UTF_8))).isEqualTo(204);
    assertThat(receiver.lines()).isEqualTo(3);
    assertThat(post("/loki/api/v1/push", "{".getBytes(UTF_8))).isEqualTo(400);
    assertThat(receiver.requests()).isEqualTo(2);
  }

  private static Span span(long trace, long id) {
    return Span.newBuilder().setTraceId(bytes(trace)).setSpanId(bytes(id)).setName("s").build();
  }

  private static ByteString bytes(long value) {
    return ByteString.copyFrom(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  @Test
  void repeatedSpanIsToldByItsIds() throws Exception {
    byte[] request =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .addScopeSpans(
                        ScopeSpans.newBuilder()
                            .addSpans(span(1, 1))
                            .addSpans(span(1, 2))
                            .addSpans(span(2, 1))))
            .build()
            .toByteArray();

    post("/v1/traces", request);
    post("/v1/traces", request);

    assertThat(receiver.spans()).isEqualTo(6);
    assertThat(receiver.distinctSpans()).isEqualTo(3);
  }

  @Test
  void repeatedLineIsToldByLabelsTimeAndText() throws Exception {
    String push =
        """
        {"streams":[
          {"stream":{"level":"INFO"},"values":[["1","a"],["2","a"],["1","b",{"trace_id":"t"}]]},
          {"stream":{"level":"WARN"},"values":[["1","a"]]}]}
        """;

    post("/loki/api/v1/push", push.getBytes(UTF_8));
    post("/loki/api/v1/push", push.getBytes(UTF_8));

    assertThat(receiver.lines()).isEqualTo(8);
    assertThat(receiver.distinctLines()).isEqualTo(4);
  }
}
