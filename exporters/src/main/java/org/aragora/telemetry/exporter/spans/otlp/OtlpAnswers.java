package org.aragora.telemetry.exporter.spans.otlp;

import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.http.HttpAnswers;

/** Maps OTLP responses to answers. */
final class OtlpAnswers {

  private OtlpAnswers() {}

  /** Maps a successful response, which may report that the backend rejected some spans. */
  static Answer<List<SpanData>> accepted(byte[] body) {
    PartialSuccess partial = PartialSuccess.parse(body);
    return partial.rejected() > 0
        ? new Answer.Permanent<>(
            Answer.Reason.REJECTED,
            "%d spans were rejected: %s"
                .formatted(partial.rejected(), HttpAnswers.head(partial.message())))
        : new Answer.Acknowledged<>();
  }

  /**
   * Maps a gRPC response: INVALID_ARGUMENT is permanent, as is a message over the receiver's limit;
   * all other failures are transient.
   */
  static Answer<List<SpanData>> of(URI endpoint, GrpcResponse response) {
    GrpcStatusCode code = response.getStatusCode();
    if (code == GrpcStatusCode.OK) {
      return accepted(response.getResponseMessage());
    }
    String description = String.valueOf(response.getStatusDescription());
    String message =
        "%s:%d answered %s: %s"
            .formatted(endpoint.getHost(), endpoint.getPort(), code, HttpAnswers.head(description));
    if (code == GrpcStatusCode.INVALID_ARGUMENT) {
      return new Answer.Permanent<>(Answer.Reason.REFUSED, message);
    }
    if (code == GrpcStatusCode.RESOURCE_EXHAUSTED && description.contains("larger than max")) {
      return new Answer.Permanent<>(Answer.Reason.TOO_LARGE, message);
    }
    return new Answer.Transient<>("grpc_" + code.name().toLowerCase(Locale.ROOT), message);
  }
}
