package org.aragora.telemetry.chassis.page;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Headers and bodies of all answers of the page. */
final class PageAnswer {
  static final String JSON = "application/json";
  static final String TEXT = "text/plain;charset=utf-8";

  private static final HttpField POLICY =
      new HttpField("Content-Security-Policy", "default-src 'self'; frame-ancestors 'self'");
  private static final HttpField NO_SNIFFING = new HttpField("X-Content-Type-Options", "nosniff");
  private static final HttpField NO_REFERRER = new HttpField("Referrer-Policy", "no-referrer");

  private PageAnswer() {}

  /** Sets the status and the headers of an answer that nobody keeps. */
  static HttpFields.Mutable start(Response response, int status, String type) {
    response.setStatus(status);
    HttpFields.Mutable headers = response.getHeaders();
    headers.put(HttpHeader.CONTENT_TYPE, type);
    headers.put(HttpHeader.CACHE_CONTROL, "no-store");
    headers.put(POLICY);
    headers.put(NO_SNIFFING);
    headers.put(NO_REFERRER);
    return headers;
  }

  static void send(Response response, int status, String type, String body, Callback callback) {
    start(response, status, type);
    response.write(true, ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)), callback);
  }
}
