package org.aragora.telemetry.testbed.service;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** GET requests to a port of this machine. Safe for use by several threads. */
public final class LocalHttp {
  private static final Duration CONNECTS_WITHIN = Duration.ofSeconds(2);
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .connectTimeout(CONNECTS_WITHIN)
          .version(HttpClient.Version.HTTP_1_1)
          .build();

  private LocalHttp() {}

  /**
   * Sends one request.
   *
   * @param path with its query, for example {@code /health/ready}
   * @return the response, of any status
   * @throws IOException if there is none within {@code timeout}
   */
  public static HttpResponse<String> get(int port, String path, Duration timeout)
      throws IOException, InterruptedException {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(timeout)
            .build(),
        BodyHandlers.ofString());
  }
}
