package org.aragora.telemetry.processor.page;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Asks other processes for figures. An answer is bounded in time and in bytes; what exceeds a bound
 * is cut off with its connection.
 */
final class PageClient {
  static final Duration PATIENCE = Duration.ofMillis(700);
  private static final int MAX_BYTES = 2 * 1024 * 1024;

  private final Duration patience;
  private @Nullable HttpClient client;

  /** {@code patience}: time until an answer must have ended. */
  PageClient(Duration patience) {
    this.patience = patience;
  }

  /**
   * The outcome of a question.
   *
   * @param body of an answer with status 200, else null
   * @param problem the reason for which there is no body, to follow an address
   */
  record Reply(@Nullable String body, String problem) {}

  Duration patience() {
    return patience;
  }

  /** Sends a request; the result never fails. */
  CompletableFuture<Reply> get(URI address) {
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    Body body = new Body(reply);
    CompletableFuture<?> sent;
    try {
      sent =
          client()
              .sendAsync(
                  HttpRequest.newBuilder(address).timeout(patience).build(),
                  head -> body.of(head.statusCode()));
    } catch (IllegalArgumentException e) {
      reply.complete(new Reply(null, "is not an address"));
      return reply;
    }
    var unused = sent.whenComplete((answer, failure) -> reply.complete(noAnswer()));
    return reply
        .completeOnTimeout(noAnswer(), patience.toMillis(), MILLISECONDS)
        .whenComplete(
            (answer, failure) -> {
              sent.cancel(true);
              body.cancel();
            });
  }

  private static Reply noAnswer() {
    return new Reply(null, "does not answer");
  }

  private HttpClient client() {
    HttpClient known = client;
    if (known == null) {
      known =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(patience)
              .build();
      client = known;
    }
    return known;
  }

  /** Receives one body; ends the reply. */
  private static final class Body implements HttpResponse.BodySubscriber<Void> {
    private final CompletableFuture<Reply> reply;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Flow.@Nullable Subscription subscription;
    private boolean cancelled;

    Body(CompletableFuture<Reply> reply) {
      this.reply = reply;
    }

    Body of(int status) {
      if (status != 200) {
        reply.complete(new Reply(null, "answers with status " + status));
      }
      return this;
    }

    @Override
    public CompletionStage<Void> getBody() {
      return end;
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription given) {
      subscription = given;
      if (cancelled) {
        given.cancel();
      } else {
        given.request(Long.MAX_VALUE);
      }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        if (buffer.remaining() > MAX_BYTES - bytes.size()) {
          reply.complete(new Reply(null, "answers with more than 2 MiB"));
          return;
        }
        byte[] part = new byte[buffer.remaining()];
        buffer.get(part);
        bytes.writeBytes(part);
      }
    }

    @Override
    public void onError(Throwable failure) {
      reply.complete(noAnswer());
      end.completeExceptionally(Objects.requireNonNull(failure));
    }

    @Override
    public void onComplete() {
      reply.complete(new Reply(bytes.toString(StandardCharsets.UTF_8), ""));
      end.complete(null);
    }

    /** Closes the connection unless the body has ended. */
    synchronized void cancel() {
      cancelled = true;
      if (subscription != null && !end.isDone()) {
        subscription.cancel();
      }
    }
  }
}
