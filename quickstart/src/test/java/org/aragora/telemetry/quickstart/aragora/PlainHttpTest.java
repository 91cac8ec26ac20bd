package org.aragora.telemetry.quickstart.aragora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.aragora.telemetry.quickstart.aragora.PlainHttp.Answer;
import org.junit.jupiter.api.Test;

class PlainHttpTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  @Test
  void requestArrivesWithItsIdAndItsBody() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String text =
              "%s %s %s %s"
                  .formatted(
                      exchange.getRequestMethod(),
                      exchange.getRequestURI(),
                      exchange.getRequestHeaders().getFirst("x-request-id"),
                      new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(422, 0);
          exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    server.start();
    try {
      int port = server.getAddress().getPort();

      assertThat(PlainHttp.send(port, "POST", "/a?b=c", "own-1", "{\"ä\":1}", TIMEOUT))
          .isEqualTo(new Answer(422, "POST /a?b=c own-1 {\"ä\":1}"));
      assertThat(PlainHttp.send(port, "GET", "/", "own-2", null, TIMEOUT))
          .isEqualTo(new Answer(422, "GET / own-2 "));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void connectionThatIsClosedWithoutAnAnswerIsAnError() throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread closing =
          new Thread(
              () -> {
                try {
                  listening.accept().close();
                } catch (IOException e) {
                  // the test fails by its own assertion
                }
              });
      closing.start();

      assertThatThrownBy(
              () -> PlainHttp.send(listening.getLocalPort(), "GET", "/", "own-1", null, TIMEOUT))
          .isInstanceOf(IOException.class);
    }
  }
}
