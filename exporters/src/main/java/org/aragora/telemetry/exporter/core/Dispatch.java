package org.aragora.telemetry.exporter.core;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Hands batches to the backend on workers and brings each answer back to the loop's thread. */
final class Dispatch<P> {

  private final LoopSettings settings;
  private final Backend<P> backend;
  private final ExecutorService workers;
  private final Queue<Runnable> events;
  private final LongSupplier nanoTime;

  /**
   * @param events what the loop's thread is to run
   */
  Dispatch(
      LoopSettings settings, Backend<P> backend, Queue<Runnable> events, LongSupplier nanoTime) {
    this.settings = settings;
    this.backend = backend;
    workers = Executors.newFixedThreadPool(settings.inFlight(), threads(settings.exporter()));
    this.events = events;
    this.nanoTime = nanoTime;
  }

  private static ThreadFactory threads(String exporter) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, exporter + "-sender-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** What the loop's thread does with an answer that took so long. */
  interface Receiver<P> {
    void answered(Batch<P> batch, Answer<P> answer, long nanos);
  }

  /** Sends a batch; there is exactly one answer, that it did not come in time among them. */
  @SuppressWarnings("FutureReturnValueIgnored") // the answer comes back as an event
  void send(Batch<P> batch, Receiver<P> receiver) {
    long sentAt = nanoTime.getAsLong();
    CompletableFuture<Answer<P>> answer = new CompletableFuture<>();
    List<P> payloads = batch.payloads();
    workers.execute(() -> sendOn(payloads, answer));
    answer
        .orTimeout(settings.answerTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (given, failure) -> {
              Answer<P> result = given != null ? given : asAnswer(failure);
              events.add(() -> receiver.answered(batch, result, nanoTime.getAsLong() - sentAt));
            });
  }

  private void sendOn(List<P> payloads, CompletableFuture<Answer<P>> answer) {
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
    } catch (RuntimeException | Error failure) {
      answer.completeExceptionally(failure);
    }
  }

  private Answer<P> asAnswer(@Nullable Throwable failure) {
    if (failure instanceof TimeoutException) {
      return new Answer.Transient<>(
          "timeout", "No answer within " + settings.answerTimeout().toSeconds() + " s.");
    }
    return new Answer.Transient<>("failure", "The sender failed: " + failure);
  }

  /** Sends nothing more; an answer that is still to come leads to nothing. */
  void close() {
    workers.shutdownNow();
  }
}
