package org.aragora.telemetry.exporter.loop;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.exporter.backend.StreamTime;
import org.jspecify.annotations.Nullable;

/** Passes batches to the backend on worker threads and each answer back to the loop's thread. */
final class BatchSender<P> {

  private final LoopContext context;
  private final Backend<P> backend;
  private final ExecutorService workers;

  /** {@code workers}: ended by {@link #close}. */
  BatchSender(LoopContext context, Backend<P> backend, ExecutorService workers) {
    this.context = context;
    this.backend = backend;
    this.workers = workers;
  }

  /** Creates a sender with a thread for each batch in flight. */
  static <P> BatchSender<P> create(LoopContext context, Backend<P> backend) {
    LoopSettings settings = context.settings();
    return new BatchSender<>(
        context,
        backend,
        Executors.newFixedThreadPool(settings.inFlight(), threads(settings.exporter())));
  }

  private static ThreadFactory threads(String exporter) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread =
          new Thread(task, "%s-sender-%d".formatted(exporter, number.incrementAndGet()));
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Receives an answer, on the loop's thread. */
  interface Receiver<P> {
    void onAnswer(Batch<P> batch, Answer<P> answer, long nanos);
  }

  /** Sends a batch. The receiver gets exactly one answer; a timeout is an answer. */
  @SuppressWarnings("FutureReturnValueIgnored") // the answer arrives as an event
  void send(Batch<P> batch, Receiver<P> receiver) {
    long sentAt = context.time().now();
    CompletableFuture<Answer<P>> answer = new CompletableFuture<>();
    List<P> payloads = batch.payloads();
    workers.execute(() -> send(payloads, answer));
    answer
        .orTimeout(context.settings().answerTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (given, failure) -> {
              Answer<P> result = given != null ? given : answer(failure);
              context
                  .events()
                  .add(() -> receiver.onAnswer(batch, result, context.time().now() - sentAt));
            });
  }

  /** Stream and time of a payload; null if the order does not matter. */
  @Nullable StreamTime streamTime(P payload) {
    return backend.streamTime(payload);
  }

  private void send(List<P> payloads, CompletableFuture<Answer<P>> answer) {
    try {
      backend
          .send(payloads)
          .whenComplete(
              (given, failure) -> {
                if (failure == null) {
                  answer.complete(given);
                } else {
                  answer.completeExceptionally(failure);
                }
              });
    } catch (RuntimeException | Error e) {
      answer.completeExceptionally(e);
    }
  }

  private Answer<P> answer(@Nullable Throwable failure) {
    if (failure instanceof TimeoutException) {
      return new Answer.Transient<>(
          "timeout",
          "No answer within %d s.".formatted(context.settings().answerTimeout().toSeconds()));
    }
    return new Answer.Transient<>("failure", "The sender failed: " + failure);
  }

  /** Stops sending; answers that are still to come have no effect. */
  void close() {
    workers.shutdownNow();
  }
}
