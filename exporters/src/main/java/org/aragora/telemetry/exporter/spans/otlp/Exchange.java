package org.aragora.telemetry.exporter.spans.otlp;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.aragora.telemetry.exporter.backend.Answer;
import org.jspecify.annotations.Nullable;

/**
 * Passes the backend's answer from the sender around the SDK's exporter, which only reports success
 * or failure. The exporter calls its sender on the thread that exports.
 */
final class Exchange {

  private static final ThreadLocal<@Nullable Exchange> CURRENT = new ThreadLocal<>();

  private final CompletableFuture<Answer<List<SpanData>>> answer = new CompletableFuture<>();
  private boolean taken;

  /** Runs an export and returns the future answer of its sender. */
  static CompletableFuture<Answer<List<SpanData>>> during(Runnable export) {
    Exchange exchange = new Exchange();
    CURRENT.set(exchange);
    try {
      export.run();
    } finally {
      CURRENT.remove();
    }
    if (!exchange.taken) {
      exchange.answer.complete(
          new Answer.Transient<>("failure", "The exporter sent nothing; it may be shut down."));
    }
    return exchange.answer;
  }

  /** The answer of the export on this thread, for the sender to complete. */
  static CompletableFuture<Answer<List<SpanData>>> take() {
    Exchange exchange = CURRENT.get();
    if (exchange == null) {
      return new CompletableFuture<>();
    }
    exchange.taken = true;
    return exchange.answer;
  }
}
