package org.aragora.telemetry.exporter.receiver;

import com.fasterxml.jackson.core.JsonFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes spans on {@code /v1/traces} (OTLP/HTTP, protobuf) and lines on {@code /loki/api/v1/push}
 * (JSON), on 127.0.0.1, and says how many.
 *
 * <pre>{@code
 * try (CountingReceiver receiver = CountingReceiver.start(0)) {
 *   environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.address());
 *   environment.put("LOKI_URL", receiver.address());
 * }
 * }</pre>
 */
public final class CountingReceiver implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads;
  private final JsonFactory json = new JsonFactory();
  private final LongAdder spans = new LongAdder();
  private final LongAdder lines = new LongAdder();
  private final @Nullable Repetitions spanRepetitions;
  private final @Nullable Repetitions lineRepetitions;
  private final LongAdder requests = new LongAdder();

  private CountingReceiver(HttpServer server, ExecutorService threads, boolean tellsRepetitions) {
    this.server = server;
    this.threads = threads;
    spanRepetitions = tellsRepetitions ? new Repetitions() : null;
    lineRepetitions = tellsRepetitions ? new Repetitions() : null;
  }

  /** Listens on {@code port}, any free one for 0, and counts only. */
  public static CountingReceiver start(int port) throws IOException {
    return start(port, false);
  }

  /** As {@link #start(int)}, and tells what it has received before. */
  public static CountingReceiver startDistinct(int port) throws IOException {
    return start(port, true);
  }

  private static CountingReceiver start(int port, boolean tellsRepetitions) throws IOException {
    AtomicInteger number = new AtomicInteger();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            4,
            task -> {
              Thread thread = new Thread(task, "receiver-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
    CountingReceiver receiver = new CountingReceiver(server, threads, tellsRepetitions);
    server.setExecutor(threads);
    server.createContext("/v1/traces", receiver::takeSpans);
    server.createContext("/loki/api/v1/push", receiver::takeLines);
    server.start();
    return receiver;
  }

  /** Base address for both kinds. */
  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Spans received, repeated ones as often as they came. */
  public long spans() {
    return spans.sum();
  }

  /** Lines received, repeated ones as often as they came. */
  public long lines() {
    return lines.sum();
  }

  /**
   * Spans received, repeated ones once; a repetition is recognized while no 100,000 others have
   * come in between.
   *
   * @throws IllegalStateException unless started by {@link #startDistinct}
   */
  public long distinctSpans() {
    return spans.sum() - repetitions(spanRepetitions);
  }

  /** Lines received, as {@link #distinctSpans}. */
  public long distinctLines() {
    return lines.sum() - repetitions(lineRepetitions);
  }

  private static long repetitions(@Nullable Repetitions repetitions) {
    if (repetitions == null) {
      throw new IllegalStateException(
          "This receiver only counts; startDistinct tells repetitions.");
    }
    return repetitions.count();
  }

  /** Requests received. */
  public long requests() {
    return requests.sum();
  }

  private void takeSpans(HttpExchange exchange) throws IOException {
    take(exchange, Counts::spans, spans, spanRepetitions, 200);
  }

  private void takeLines(HttpExchange exchange) throws IOException {
    take(exchange, (body, each) -> Counts.lines(json, body, each), lines, lineRepetitions, 204);
  }

  private void take(
      HttpExchange exchange,
      Reader reader,
      LongAdder count,
      @Nullable Repetitions repetitions,
      int success)
      throws IOException {
    try (exchange) {
      requests.increment();
      int status = success;
      try {
        LongStream.Builder ids = LongStream.builder(); // all or nothing
        reader.read(body(exchange), ids);
        ids.build()
            .forEach(
                id -> {
                  if (repetitions != null) {
                    repetitions.note(id);
                  }
                  count.increment();
                });
      } catch (IOException | IndexOutOfBoundsException unreadable) {
        status = 400;
      }
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    try (InputStream in = exchange.getRequestBody()) {
      boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
      return zipped ? new GZIPInputStream(in).readAllBytes() : in.readAllBytes();
    }
  }

  private interface Reader {
    void read(byte[] body, LongConsumer each) throws IOException;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
