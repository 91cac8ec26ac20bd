package org.aragora.telemetry.quickstart.aragora;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Requests to this machine with a connection each, in HTTP/1.0. The server closes idle connections,
 * and a request on one that it is closing would have no answer.
 */
final class PlainHttp {
  private static final String END_OF_HEADERS = "\r\n\r\n";

  private PlainHttp() {}

  /** A response: status and body. */
  record Answer(int status, String body) {}

  /**
   * Sends a request.
   *
   * @param id for {@code X-Request-ID}
   * @param body JSON; null for none
   * @throws IOException if there is no answer, or nothing more of it for {@code timeout}
   */
  static Answer send(
      int port, String method, String path, String id, @Nullable String body, Duration timeout)
      throws IOException {
    byte[] content = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
    String head =
        "%s %s HTTP/1.0\r\nHost: 127.0.0.1:%d\r\nX-Request-ID: %s\r\n"
            .formatted(method, path, port, id);
    if (body != null) {
      head += "Content-Type: application/json\r\nContent-Length: " + content.length + "\r\n";
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
      socket.getOutputStream().write((head + "\r\n").getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().write(content);
      return parse(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static Answer parse(String answer) throws IOException {
    int end = answer.indexOf(END_OF_HEADERS);
    if (end < 0 || !answer.matches("(?s)HTTP/1\\.[01] \\d{3}.*")) {
      throw new IOException("the answer is not HTTP: \"%.40s\"".formatted(answer));
    }
    return new Answer(
        Integer.parseInt(answer.substring(9, 12)), answer.substring(end + END_OF_HEADERS.length()));
  }
}
