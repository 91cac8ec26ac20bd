package org.aragora.telemetry.exporter.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import org.aragora.telemetry.exporter.health.ExporterHealth;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.jspecify.annotations.Nullable;

/** Serves {@code /metrics}, {@code /health/live} and {@code /health/ready}. */
final class ExporterServer implements AutoCloseable {

  private final ExporterHealth health;
  private final HTTPServer server;

  /** Listens on {@code host} and {@code port}, any free one for 0. */
  ExporterServer(String host, int port, PrometheusRegistry registry, ExporterHealth health) {
    this.health = health;
    try {
      server =
          HTTPServer.builder()
              .hostname(host)
              .port(port)
              .registry(registry)
              .registerHealthHandler(false)
              .defaultHandler(this::answer)
              .buildAndStart();
    } catch (IOException taken) {
      throw new InvalidSettingException(
          "METRICS_PORT cannot be used: "
              + host
              + ":"
              + port
              + " gave \""
              + taken.getMessage()
              + "\".");
    }
  }

  int port() {
    return server.getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    switch (exchange.getRequestURI().getPath()) {
      case "/health/live" -> say(exchange, health.notAlive());
      case "/health/ready" -> say(exchange, health.notReady());
      default -> send(exchange, 404, "See /metrics, /health/live and /health/ready.\n");
    }
  }

  private static void say(HttpExchange exchange, @Nullable String trouble) throws IOException {
    send(exchange, trouble == null ? 200 : 503, (trouble == null ? "ok" : trouble) + "\n");
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.close();
  }
}
