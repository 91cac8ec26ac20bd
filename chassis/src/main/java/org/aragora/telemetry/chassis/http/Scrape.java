package org.aragora.telemetry.chassis.http;

import io.prometheus.metrics.exporter.common.PrometheusHttpExchange;
import io.prometheus.metrics.exporter.common.PrometheusHttpRequest;
import io.prometheus.metrics.exporter.common.PrometheusHttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Objects;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One request for metrics. The whole page is kept before any of it is sent: a failure can still be
 * answered with its status, and a slow client holds memory but no thread.
 */
final class Scrape
    implements PrometheusHttpExchange, PrometheusHttpRequest, PrometheusHttpResponse {
  private final Request request;
  private final Response response;
  private final ByteArrayOutputStream page = new ByteArrayOutputStream();
  private @Nullable Exception failure;

  Scrape(Request request, Response response) {
    this.request = request;
    this.response = response;
  }

  /** Sends the page; the callback completes when the client has it. */
  void send(Callback callback) {
    response.write(true, ByteBuffer.wrap(page.toByteArray()), callback);
  }

  /** Returns the exception of a collector, null if there was none. */
  @Nullable Exception failure() {
    return failure;
  }

  @Override
  public String getQueryString() {
    return Objects.requireNonNullElse(request.getHttpURI().getQuery(), "");
  }

  @Override
  public Enumeration<String> getHeaders(String name) {
    return Collections.enumeration(request.getHeaders().getValuesList(name));
  }

  @Override
  public String getMethod() {
    return request.getMethod();
  }

  @Override
  public String getRequestPath() {
    return Request.getPathInContext(request);
  }

  @Override
  public void setHeader(String name, String value) {
    response.getHeaders().put(name, value);
  }

  @Override
  public OutputStream sendHeadersAndGetBody(int status, int contentLength) {
    response.setStatus(status);
    return page;
  }

  @Override
  public PrometheusHttpRequest getRequest() {
    return this;
  }

  @Override
  public PrometheusHttpResponse getResponse() {
    return this;
  }

  @Override
  public void handleException(IOException e) {
    failure = e;
  }

  @Override
  public void handleException(RuntimeException e) {
    failure = e;
  }

  @Override
  public void close() {}
}
