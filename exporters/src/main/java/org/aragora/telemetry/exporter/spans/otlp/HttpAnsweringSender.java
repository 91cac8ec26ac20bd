package org.aragora.telemetry.exporter.spans.otlp;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderProvider;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.http.HttpAnswers;
import org.aragora.telemetry.exporter.http.HttpPush;

/**
 * Sends the encoded spans over {@code java.net.http} and passes each answer to the {@link
 * Exchange}. The SDK's own response type has no headers, so no Retry-After.
 */
final class HttpAnsweringSender implements HttpSender {

  private final HttpSenderConfig config;
  private final HttpPush push;

  private HttpAnsweringSender(HttpSenderConfig config) {
    this.config = config;
    push =
        new HttpPush(config.getEndpoint(), Map.of(), config.getTimeout(), config.getSslContext());
  }

  /** Replaces the SDK's provider of senders. */
  static final class Provider implements HttpSenderProvider {
    @Override
    public HttpSender createSender(HttpSenderConfig config) {
      return new HttpAnsweringSender(config);
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the callbacks have the same result
  public void send(
      MessageWriter message, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
    CompletableFuture<Answer<List<SpanData>>> answer = Exchange.take();
    byte[] body;
    try {
      body = encode(message);
    } catch (IOException e) {
      throw new IllegalStateException("Encoding to memory failed.", e);
    }
    push.post(body, headers())
        .whenComplete(
            (response, failure) -> {
              if (failure != null) {
                answer.complete(HttpAnswers.of(push.uri(), failure));
                onError.accept(failure);
              } else {
                answer.complete(answer(response));
                onResponse.accept(new Status(response));
              }
            });
  }

  private Answer<List<SpanData>> answer(HttpPush.Response response) {
    if (response.status() >= 200 && response.status() < 300) {
      return OtlpAnswers.accepted(response.body());
    }
    return HttpAnswers.of(push.uri(), response);
  }

  private byte[] encode(MessageWriter message) throws IOException {
    Compressor compressor = config.getCompressor();
    ByteArrayOutputStream bytes =
        new ByteArrayOutputStream(Math.max(1024, message.getContentLength() / 4));
    if (compressor == null) {
      message.writeMessage(bytes);
    } else {
      try (OutputStream compressed = compressor.compress(bytes)) {
        message.writeMessage(compressed);
      }
    }
    return bytes.toByteArray();
  }

  private String[] headers() {
    List<String> headers = new ArrayList<>(List.of("Content-Type", config.getContentType()));
    if (config.getCompressor() != null) {
      headers.add("Content-Encoding");
      headers.add(config.getCompressor().getEncoding());
    }
    config
        .getHeadersSupplier()
        .get()
        .forEach(
            (name, values) ->
                values.forEach(
                    value -> {
                      headers.add(name);
                      headers.add(value);
                    }));
    return headers.toArray(new String[0]);
  }

  @Override
  public CompletableResultCode shutdown() {
    push.close();
    return CompletableResultCode.ofSuccess();
  }

  private record Status(HttpPush.Response response) implements HttpResponse {
    @Override
    public int getStatusCode() {
      return response.status();
    }

    @Override
    public String getStatusMessage() {
      return "";
    }

    @Override
    public byte[] getResponseBody() {
      return response.body();
    }
  }
}
