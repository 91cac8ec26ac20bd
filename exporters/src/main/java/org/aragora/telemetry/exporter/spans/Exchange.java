package org.aragora.telemetry.exporter.spans;

import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.aragora.telemetry.exporter.core.Answer;
import org.jspecify.annotations.Nullable;

/**
 * Hands the backend's answer from the sender, which sees it, past the SDK's exporter, which only
 * tells success from failure. The exporter calls its sender on the thread that exports.
 */
final class Exchange {

  private static final ThreadLocal<@Nullable Exchange> CURRENT = new ThreadLocal<>();

  private final CompletableFuture<Answer<List<SpanData>>> answer = new CompletableFuture<>();
  private boolean taken;

  /** Runs an export and gives the answer that its sender will have. */
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

  /** What the sender fills in for the export that runs on this thread. */
  static CompletableFuture<Answer<List<SpanData>>> take() {
    Exchange exchange = CURRENT.get();
    if (exchange == null) {
      return new CompletableFuture<>();
    }
    exchange.taken = true;
    return exchange.answer;
  }
}
