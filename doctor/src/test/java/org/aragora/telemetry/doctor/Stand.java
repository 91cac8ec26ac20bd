package org.aragora.telemetry.doctor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.aragora.telemetry.doctor.stack.HttpTarget;

/** A real HTTP server with prepared answers, on its own port. */
public final class Stand implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** A prepared answer. */
  public record Answer(int status, String type, String body) {}

  private final HttpServer server;
  private final Map<String, Supplier<Answer>> answers = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> posted = new CopyOnWriteArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean silent;

  private Stand(HttpServer server) {
    this.server = server;
  }

  public static Stand start() {
    return start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  public static Stand start(InetSocketAddress address) {
    try {
      HttpServer server = HttpServer.create(address, 0);
      Stand stand = new Stand(server);
      server.createContext("/", stand::handle);
      server.setExecutor(Executors.newCachedThreadPool());
      server.start();
      return stand;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Stand json(String path, String body) {
    return answer(path, 200, "application/json", body);
  }

  public Stand text(String path, String body) {
    return answer(path, 200, "text/plain; version=0.0.4", body);
  }

  public Stand answer(String path, int status, String type, String body) {
    return answer(path, () -> new Answer(status, type, body));
  }

  public Stand answer(String path, Supplier<Answer> answer) {
    answers.put(path, answer);
    return this;
  }

  /** From now on it takes connections and never answers. */
  public Stand silent() {
    silent = true;
    return this;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** Its address as a program of the stack that is moved by the variable STAND_URL. */
  HttpTarget site() {
    return new HttpTarget(
        new HttpTarget.Address(
            "The stand", URI.create(url()), "STAND_URL", Map.of("X-Who", "doctor")),
        HttpClient.newBuilder().connectTimeout(TIMEOUT).build(),
        TIMEOUT);
  }

  /** Paths with queries, in the order in which they were asked for. */
  public List<String> asked() {
    return new ArrayList<>(asked);
  }

  /** Bodies that were posted. */
  public List<String> posted() {
    return new ArrayList<>(posted);
  }

  private void handle(HttpExchange exchange) throws IOException {
    asked.add(exchange.getRequestURI().toString());
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    if (exchange.getRequestMethod().equals("POST")) {
      posted.add(body);
    }
    if (silent) {
      try {
        closing.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      exchange.close();
      return;
    }
    Answer answer =
        answers
            .getOrDefault(
                exchange.getRequestURI().getPath(),
                () -> new Answer(404, "text/plain", "no such page"))
            .get();
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    if (!answer.type().isEmpty()) {
      exchange.getResponseHeaders().set("Content-Type", answer.type());
    }
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
  }
}
