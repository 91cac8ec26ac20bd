package org.aragora.telemetry.exporter.spans.otlp;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.GrpcSenderProvider;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URI;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.http.HttpAnswers;

/** Sends through the SDK's own gRPC sender and passes each answer to the {@link Exchange}. */
final class GrpcAnsweringSender implements GrpcSender {

  private final GrpcSender sender;
  private final URI endpoint;

  private GrpcAnsweringSender(GrpcSender sender, URI endpoint) {
    this.sender = sender;
    this.endpoint = endpoint;
  }

  /** Replaces the SDK's provider of senders. */
  static final class Provider implements GrpcSenderProvider {
    @Override
    public GrpcSender createSender(GrpcSenderConfig config) {
      GrpcSenderProvider own =
          ServiceLoader.load(GrpcSenderProvider.class)
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("No gRPC sender is on the class path."));
      return new GrpcAnsweringSender(own.createSender(config), config.getEndpoint());
    }
  }

  @Override
  public void send(
      MessageWriter message, Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
    CompletableFuture<Answer<List<SpanData>>> answer = Exchange.take();
    sender.send(
        message,
        response -> {
          answer.complete(OtlpAnswers.of(endpoint, response));
          onResponse.accept(response);
        },
        failure -> {
          answer.complete(HttpAnswers.of(endpoint, failure));
          onError.accept(failure);
        });
  }

  @Override
  public CompletableResultCode shutdown() {
    return sender.shutdown();
  }
}
