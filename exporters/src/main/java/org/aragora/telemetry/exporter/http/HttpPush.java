package org.aragora.telemetry.exporter.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Posts bodies over {@code java.net.http} and returns status, Retry-After and the head of the body.
 * Follows no redirects and retries nothing.
 */
public final class HttpPush implements AutoCloseable {

  private static final int MAX_BODY_BYTES = 64 * 1024;

  private final URI uri;
  private final Map<String, String> headers;
  private final Duration timeout;
  private final ExecutorService executor;
  private final HttpClient client;

  /** Response to one request. */
  public static final class Response {

    private final int status;
    private final @Nullable String retryAfter;
    private final byte[] body;

    Response(int status, @Nullable String retryAfter, byte[] body) {
      this.status = status;
      this.retryAfter = retryAfter;
      this.body = body;
    }

    /** The status code. */
    public int status() {
      return status;
    }

    /** Value of the Retry-After header, null without it. */
    public @Nullable String retryAfter() {
      return retryAfter;
    }

    /** The body's first 64 KiB. */
    public byte[] body() {
      return body.clone();
    }

    /** {@link #body} as text. */
    public String text() {
      return new String(body, UTF_8);
    }
  }

  /**
   * Creates a client of one address.
   *
   * @param headers sent with every request
   * @param timeout of a whole exchange
   * @param ssl null for the JVM's own trust
   */
  public HttpPush(
      URI uri, Map<String, String> headers, Duration timeout, @Nullable SSLContext ssl) {
    this.uri = uri;
    this.headers = Map.copyOf(headers);
    this.timeout = timeout;
    executor =
        Executors.newFixedThreadPool(
            2,
            task -> {
              Thread thread = new Thread(task, "http-push");
              thread.setDaemon(true);
              return thread;
            });
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(executor);
    client = (ssl == null ? builder : builder.sslContext(ssl)).build();
  }

  /** Address of the requests. */
  public URI uri() {
    return uri;
  }

  /**
   * Posts a body.
   *
   * @param extra further headers, as pairs of name and value
   */
  public CompletableFuture<Response> post(byte[] body, String... extra) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    if (extra.length > 0) {
      request.headers(extra);
    }
    CompletableFuture<HttpResponse<byte[]>> exchange =
        client.sendAsync(request.build(), info -> new BoundedBody());
    CompletableFuture<Response> answer =
        exchange
            .thenApply(
                response ->
                    new Response(
                        response.statusCode(),
                        response.headers().firstValue("retry-after").orElse(null),
                        response.body()))
            .orTimeout(timeout.toMillis() + 500, TimeUnit.MILLISECONDS);
    return answer.whenComplete(
        (response, failure) -> {
          if (failure instanceof TimeoutException) {
            exchange.cancel(true);
          }
        });
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  /** Keeps the head of a body and discards the rest. */
  private static final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {

    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();

    @Override
    public CompletionStage<byte[]> getBody() {
      return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      Objects.requireNonNull(subscription).request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        int length = Math.min(buffer.remaining(), MAX_BODY_BYTES - head.size());
        byte[] part = new byte[length];
        buffer.get(part);
        head.write(part, 0, length);
      }
    }

    @Override
    public void onError(Throwable failure) {
      body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      body.complete(head.toByteArray());
    }
  }
}
