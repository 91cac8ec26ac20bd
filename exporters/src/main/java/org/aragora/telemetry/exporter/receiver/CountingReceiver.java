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
import java.util.zip.GZIPInputStream;

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
  private final LongAdder requests = new LongAdder();

  private CountingReceiver(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /** Listens on {@code port}, any free one for 0. */
  public static CountingReceiver start(int port) throws IOException {
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
    CountingReceiver receiver = new CountingReceiver(server, threads);
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

  /** Requests received. */
  public long requests() {
    return requests.sum();
  }

  private void takeSpans(HttpExchange exchange) throws IOException {
    take(exchange, body -> spans.add(Counts.spans(body)), 200);
  }

  private void takeLines(HttpExchange exchange) throws IOException {
    take(exchange, body -> lines.add(Counts.lines(json, body)), 204);
  }

  private void take(HttpExchange exchange, Counter counter, int success) throws IOException {
    try (exchange) {
      requests.increment();
      int status = success;
      try {
        counter.count(body(exchange));
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

  private interface Counter {
    void count(byte[] body) throws IOException;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
