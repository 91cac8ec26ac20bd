package org.aragora.telemetry.exporter.spans;

import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.aragora.telemetry.exporter.core.Answer;
import org.aragora.telemetry.exporter.core.HttpAnswers;

/** What OTLP's answers mean, beyond HTTP's status codes. */
final class OtlpAnswers {

  private OtlpAnswers() {}

  /** A success, unless the body says that some spans were not taken. */
  static Answer<List<SpanData>> accepted(byte[] body) {
    PartialSuccess partial = PartialSuccess.parse(body);
    return partial.rejected() > 0
        ? new Answer.Refused<>(
            Answer.REJECTED,
            partial.rejected() + " spans were rejected: " + HttpAnswers.head(partial.message()))
        : new Answer.Acknowledged<>();
  }

  /**
   * The counterpart of {@link HttpAnswers}: INVALID_ARGUMENT is 400, a message over the receiver's
   * limit is 413, everything else passes.
   */
  static Answer<List<SpanData>> of(URI endpoint, GrpcResponse response) {
    GrpcStatusCode code = response.getStatusCode();
    if (code == GrpcStatusCode.OK) {
      return accepted(response.getResponseMessage());
    }
    String description = String.valueOf(response.getStatusDescription());
    String message =
        endpoint.getHost()
            + ":"
            + endpoint.getPort()
            + " answered "
            + code
            + ": "
            + HttpAnswers.head(description);
    if (code == GrpcStatusCode.INVALID_ARGUMENT) {
      return new Answer.Refused<>(Answer.REFUSED, message);
    }
    if (code == GrpcStatusCode.RESOURCE_EXHAUSTED && description.contains("larger than max")) {
      return new Answer.Refused<>(Answer.TOO_LARGE, message);
    }
    return new Answer.Transient<>("grpc_" + code.name().toLowerCase(Locale.ROOT), message);
  }
}
