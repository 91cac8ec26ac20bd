package org.aragora.telemetry.benchmarks.export;

import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** The SDK's own exporter of spans. */
final class SdkExporter {
  private static final long SDK_ANSWERS_WITHIN_SECONDS = 30;
  private static final int SDK_TRIES = 5;

  private SdkExporter() {}

  /** A new exporter each time: it would not survive a connection that was closed while it idled. */
  static void send(String address, List<List<SpanData>> batches, int count)
      throws InterruptedException, ExecutionException {
    try (OtlpHttpSpanExporter sdk =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(address + "/v1/traces")
            .setCompression("gzip")
            .setTimeout(Duration.ofSeconds(10))
            .build()) {
      FromMemory.send(
          batches,
          count,
          batch -> {
            CompletableResultCode answer = sdk.export(batch);
            // Its pool of threads refuses a batch when an answer has come whose thread is not back.
            for (int tries = 1; !isSuccess(answer) && tries < SDK_TRIES; tries++) {
              answer = sdk.export(batch);
            }
            if (!isSuccess(answer)) {
              throw new IllegalStateException(
                  "the SDK's exporter failed: " + answer.getFailureThrowable());
            }
          });
    }
  }

  private static boolean isSuccess(CompletableResultCode answer) {
    return answer.join(SDK_ANSWERS_WITHIN_SECONDS, TimeUnit.SECONDS).isSuccess();
  }
}
