package org.aragora.telemetry.testbed.receiver;

import com.fasterxml.jackson.core.JsonFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Accepts spans on {@code /v1/traces} (OTLP/HTTP, protobuf) and lines on {@code /loki/api/v1/push}
 * (JSON), on 127.0.0.1, and counts them.
 *
 * <pre>{@code
 * try (CountingReceiver receiver = CountingReceiver.start(0)) {
 *   environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.address());
 *   environment.put("LOKI_URL", receiver.address());
 * }
 * }</pre>
 */
public final class CountingReceiver implements AutoCloseable {

  private static final String TRACES = "/api/v1/traces";

  private final HttpServer server;
  private final ExecutorService threads;
  private final JsonFactory json = new JsonFactory();
  private final LongAdder spans = new LongAdder();
  private final LongAdder lines = new LongAdder();
  private final @Nullable RepetitionCounter spanRepetitions;
  private final @Nullable RepetitionCounter lineRepetitions;
  private final @Nullable LastItems last;
  private final LongAdder requests = new LongAdder();

  /** Additions to counting. */
  private enum Extra {
    NONE,
    REPETITIONS,
    REPETITIONS_AND_LAST_ITEMS
  }

  private CountingReceiver(HttpServer server, ExecutorService threads, Extra extra) {
    this.server = server;
    this.threads = threads;
    spanRepetitions = extra == Extra.NONE ? null : new RepetitionCounter();
    lineRepetitions = extra == Extra.NONE ? null : new RepetitionCounter();
    last = extra == Extra.REPETITIONS_AND_LAST_ITEMS ? new LastItems() : null;
  }

  /** Listens on {@code port}, any free one for 0, and counts every item. */
  public static CountingReceiver start(int port) throws IOException {
    return start(port, Extra.NONE);
  }

  /** As {@link #start(int)}; also counts the items that came before. */
  public static CountingReceiver startDistinct(int port) throws IOException {
    return start(port, Extra.REPETITIONS);
  }

  /**
   * As {@link #startDistinct}; also keeps the last 200 traces and 2,000 lines. {@code
   * /api/v1/traces} lists the traces as JSON, {@code /api/v1/traces/ID} answers one with its lines.
   */
  public static CountingReceiver startKeeping(int port) throws IOException {
    return start(port, Extra.REPETITIONS_AND_LAST_ITEMS);
  }

  private static CountingReceiver start(int port, Extra extra) throws IOException {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            4,
            task -> {
              Thread thread = new Thread(task, "receiver");
              thread.setDaemon(true);
              return thread;
            });
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
    CountingReceiver receiver = new CountingReceiver(server, threads, extra);
    server.setExecutor(threads);
    server.createContext("/v1/traces", receiver::onSpans);
    server.createContext("/loki/api/v1/push", receiver::onLines);
    if (receiver.last != null) {
      server.createContext(TRACES, exchange -> answer(exchange, receiver.last));
    }
    server.start();
    return receiver;
  }

  /** Base address for both kinds. */
  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Spans received, including repetitions. */
  public long spans() {
    return spans.sum();
  }

  /** Lines received, including repetitions. */
  public long lines() {
    return lines.sum();
  }

  /**
   * Spans received, without repetitions. A repetition is recognized unless 100,000 other spans came
   * in between.
   *
   * @throws IllegalStateException unless started by {@link #startDistinct}
   */
  public long distinctSpans() {
    return spans.sum() - repetitions(spanRepetitions);
  }

  /** Lines received, without repetitions, as {@link #distinctSpans}. */
  public long distinctLines() {
    return lines.sum() - repetitions(lineRepetitions);
  }

  private static long repetitions(@Nullable RepetitionCounter repetitions) {
    if (repetitions == null) {
      throw new IllegalStateException(
          "This receiver counts no repetitions; start it by startDistinct.");
    }
    return repetitions.count();
  }

  /** Requests received. */
  public long requests() {
    return requests.sum();
  }

  private void onSpans(HttpExchange exchange) throws IOException {
    count(
        exchange,
        (body, each) -> {
          ItemHashes.spans(body, each);
          if (last != null) {
            last.addSpans(SpanReader.spans(body));
          }
        },
        spans,
        spanRepetitions,
        200);
  }

  private void onLines(HttpExchange exchange) throws IOException {
    count(
        exchange,
        (body, each) -> {
          ItemHashes.lines(json, body, each);
          if (last != null) {
            last.addLines(LineReader.lines(body));
          }
        },
        lines,
        lineRepetitions,
        204);
  }

  private void count(
      HttpExchange exchange,
      Reader reader,
      LongAdder counter,
      @Nullable RepetitionCounter repetitions,
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
                    repetitions.add(id);
                  }
                  counter.increment();
                });
      } catch (IOException | IndexOutOfBoundsException malformed) {
        status = 400;
      }
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private static void answer(HttpExchange exchange, LastItems last) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring(TRACES.length());
      String json = path.isEmpty() ? last.list() : last.trace(path.substring(1));
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
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
