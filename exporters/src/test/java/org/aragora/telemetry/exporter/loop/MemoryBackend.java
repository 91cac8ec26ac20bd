package org.aragora.telemetry.exporter.loop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.aragora.telemetry.exporter.backend.Answer;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.exporter.backend.StreamTime;

/**
 * Keeps batches in memory until the test answers. A payload {@code s@90} is of stream s, minute 90.
 */
final class MemoryBackend implements Backend<String> {

  /** All requests, in order. */
  final List<Request> requests = new ArrayList<>();

  private final List<Request> open = new ArrayList<>();
  private final List<String> stored = new ArrayList<>();

  /** One request and its answer. */
  final class Request {
    final List<String> payloads;
    private final CompletableFuture<Answer<String>> answer = new CompletableFuture<>();

    private Request(List<String> payloads) {
      this.payloads = payloads;
    }

    void acknowledge() {
      stored.addAll(payloads);
      answer(new Answer.Acknowledged<>());
    }

    void unavailable() {
      answer(new Answer.Transient<>("http_503", "Not now."));
    }

    void unavailableFor(Duration wait) {
      answer(new Answer.Transient<>("http_429", "Later.", wait));
    }

    void refuse() {
      answer(new Answer.Permanent<>(Answer.Reason.REFUSED, "Bad line."));
    }

    void refuse(String... causes) {
      answer(new Answer.Permanent<>(Answer.Reason.TOO_OLD, "Old.", List.of(causes)::contains));
    }

    void fail(Throwable failure) {
      open.remove(this);
      answer.completeExceptionally(failure);
    }

    private void answer(Answer<String> given) {
      open.remove(this);
      answer.complete(given);
    }
  }

  @Override
  public CompletionStage<Answer<String>> send(List<String> payloads) {
    if (payloads.contains("broken")) {
      throw new IllegalStateException("encoder");
    }
    Request request = new Request(List.copyOf(payloads));
    requests.add(request);
    open.add(request);
    return request.answer;
  }

  /** Requests without an answer. */
  List<Request> open() {
    return List.copyOf(open);
  }

  /** Acknowledged texts, in order. */
  List<String> stored() {
    return List.copyOf(stored);
  }

  Request last() {
    return requests.get(requests.size() - 1);
  }

  @Override
  public StreamTime streamTime(String payload) {
    int at = payload.indexOf('@');
    return at < 0
        ? null
        : new StreamTime(
            payload.substring(0, at),
            Duration.ofMinutes(Long.parseLong(payload.substring(at + 1))).toNanos());
  }

  @Override
  public void close() {}
}
