package org.aragora.telemetry.exporter.spans;

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
import org.aragora.telemetry.exporter.core.Answer;
import org.aragora.telemetry.exporter.core.HttpAnswers;

/** The SDK's own gRPC sender, with every answer kept for the loop. */
final class GrpcAnsweringSender implements GrpcSender {

  private final GrpcSender sender;
  private final URI endpoint;

  private GrpcAnsweringSender(GrpcSender sender, URI endpoint) {
    this.sender = sender;
    this.endpoint = endpoint;
  }

  /** What the exporter's builder finds in place of the SDK's senders. */
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
