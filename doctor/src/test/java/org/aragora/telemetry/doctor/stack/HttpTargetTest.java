package org.aragora.telemetry.doctor.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that answer without end. */
@Timeout(60)
class HttpTargetTest {
  private static final Duration TIMEOUT = Duration.ofMillis(700);
  private static final String HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";

  private final ServerSocket server;

  /** Writes to a connection until it breaks. */
  private interface Writer {
    void write(OutputStream out) throws IOException, InterruptedException;
  }

  HttpTargetTest() throws IOException {
    server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void aBodyThatTricklesEndsWithTheTimeout() {
    HttpTarget target =
        target(
            TIMEOUT,
            out -> {
              while (true) {
                out.write(' ');
                out.flush();
                TimeUnit.MILLISECONDS.sleep(50);
              }
            });
    long start = System.nanoTime();

    assertThatThrownBy(() -> target.json("/api"))
        .isInstanceOf(NoAnswerException.class)
        .hasMessageContaining("does not answer at")
        .hasMessageContaining("nothing whole within 0.7 s");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void aBodyWithoutEndIsCutOff() {
    byte[] part = new byte[1 << 20];
    HttpTarget target =
        target(
            Duration.ofSeconds(50),
            out -> {
              while (true) {
                out.write(part);
              }
            });

    assertThatThrownBy(() -> target.text("/api"))
        .isInstanceOf(NoAnswerException.class)
        .hasMessageContaining("the answer has more than 32 MiB");
  }

  @Test
  void aBodyInPartsIsWhole() throws Exception {
    HttpTarget target =
        target(
            Duration.ofSeconds(20),
            out -> {
              for (byte each : "ä日🦜".getBytes(UTF_8)) {
                out.write(each);
                out.flush();
              }
            });

    assertThat(target.text("/api")).isEqualTo("ä日🦜");
  }

  private HttpTarget target(Duration timeout, Writer writer) {
    Thread thread = new Thread(() -> serve(writer), "endless");
    thread.setDaemon(true);
    thread.start();
    return new HttpTarget(
        new HttpTarget.Address(
            "The server",
            URI.create("http://127.0.0.1:" + server.getLocalPort()),
            "SERVER_URL",
            Map.of()),
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
        timeout);
  }

  private void serve(Writer writer) {
    try (Socket socket = server.accept()) {
      OutputStream out = socket.getOutputStream();
      out.write(HEAD.getBytes(UTF_8));
      writer.write(out);
    } catch (IOException e) {
      // the client has gone
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
