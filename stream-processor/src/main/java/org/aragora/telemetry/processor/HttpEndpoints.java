package org.aragora.telemetry.processor;

import com.sun.net.httpserver.HttpExchange;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;

/** {@code /metrics}, {@code /health/live} and {@code /health/ready}. */
final class HttpEndpoints implements AutoCloseable {
  private final HTTPServer server;

  /**
   * Starts to listen.
   *
   * @throws InvalidSettingException where the port cannot be had
   */
  HttpEndpoints(
      ProcessorConfig config,
      PrometheusRegistry registry,
      Supplier<Health> live,
      Supplier<Health> ready) {
    try {
      server =
          HTTPServer.builder()
              .inetAddress(InetAddress.getByName(config.metricsHost()))
              .port(config.metricsPort())
              .registry(registry)
              .registerHealthHandler(false)
              .defaultHandler(exchange -> handle(exchange, live, ready))
              .buildAndStart();
    } catch (IOException e) {
      throw new InvalidSettingException(
          "METRICS_PORT=%d is refused: %s cannot listen there (%s)"
              .formatted(config.metricsPort(), config.metricsHost(), e.getMessage()));
    }
  }

  int port() {
    return server.getPort();
  }

  private static void handle(HttpExchange exchange, Supplier<Health> live, Supplier<Health> ready)
      throws IOException {
    switch (exchange.getRequestURI().getPath()) {
      case "/health/live" -> answer(exchange, live.get());
      case "/health/ready" -> answer(exchange, ready.get());
      case "/" -> answer(exchange, 200, "Aragora telemetry: /metrics /health/live /health/ready\n");
      default -> answer(exchange, 404, "not found\n");
    }
  }

  private static void answer(HttpExchange exchange, Health health) throws IOException {
    answer(exchange, health.ok() ? 200 : 503, health.cause() + "\n");
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
