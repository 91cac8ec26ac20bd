package org.aragora.telemetry.testbed.junit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Test if a Docker engine answers. Testcontainers would find out too, but after seconds and with
 * stack traces if there is none.
 */
final class Docker {

  private static final int PATIENCE_MS = 2_000;
  private static final int PLAIN_PORT = 2375;

  private Docker() {}

  static boolean answers() {
    return answers(address(System.getenv()));
  }

  static boolean answers(@Nullable SocketAddress engine) {
    if (engine == null) {
      return false;
    }
    FutureTask<Boolean> question = new FutureTask<>(() -> ping(engine));
    Thread thread = new Thread(question, "docker-ping");
    thread.setDaemon(true);
    thread.start();
    try {
      return question.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Address of the engine, null if DOCKER_HOST is of an unsupported kind. */
  static @Nullable SocketAddress address(Map<String, String> environment) {
    String host = environment.getOrDefault("DOCKER_HOST", "unix:///var/run/docker.sock");
    try {
      URI uri = URI.create(host);
      if ("unix".equals(uri.getScheme())) {
        return UnixDomainSocketAddress.of(uri.getPath());
      }
      if ("tcp".equals(uri.getScheme()) && uri.getHost() != null) {
        return new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? PLAIN_PORT : uri.getPort());
      }
      return null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean ping(SocketAddress engine) throws IOException {
    try (SocketChannel channel =
        engine instanceof UnixDomainSocketAddress
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open()) {
      channel.connect(engine);
      channel.write(
          ByteBuffer.wrap(
              "GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate(64);
      // A TLS engine answers a plain request with an alert or not at all; it counts as no answer.
      return channel.read(answer) > 0
          && new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII)
              .matches("(?s)HTTP/1\\.. 200.*");
    }
  }
}
