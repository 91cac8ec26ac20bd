package org.aragora.telemetry.producer.servlet;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.UnavailableException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.aragora.telemetry.producer.TelemetryProducer;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Emits an event for each request that was answered, also for one that is answered asynchronously
 * or with an exception. Its endpoint is the pattern of Spring's handler, else the path without
 * query and path parameters. While a request is served, the MDC has its id as {@code request_id}.
 *
 * <p>It should be the first filter that supports asynchronous requests, for the dispatcher type
 * REQUEST. A request keeps its {@code X-Request-Id}. Its trace is the span that is current, else
 * one below its {@code traceparent}.
 */
public final class RequestFilter implements Filter {
  private static final Pattern OF_MACHINES =
      Pattern.compile("/(healthz|readyz|metrics|actuator/.*)/?");
  private static final String HERE = RequestFilter.class.getName();
  private static final String MDC_NAME = "request_id";

  private final TelemetryProducer telemetry;
  private final Predicate<String> excluded;

  /** A filter that leaves out {@code /healthz}, {@code /readyz}, {@code /metrics}, actuators. */
  public RequestFilter(TelemetryProducer telemetry) {
    this(telemetry, path -> OF_MACHINES.matcher(path).matches());
  }

  /**
   * A filter that leaves out what it is given.
   *
   * @param excluded judges a request's path below the context path
   */
  public RequestFilter(TelemetryProducer telemetry, Predicate<String> excluded) {
    this.telemetry = telemetry;
    this.excluded = excluded;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    ServedRequest served = begin(request, response);
    if (served == null) {
      chain.doFilter(request, response);
      return;
    }
    boolean isMarked = MDC.get(MDC_NAME) == null;
    if (isMarked) {
      MDC.put(MDC_NAME, served.id());
    }
    try {
      chain.doFilter(new AsyncRequest(served), response);
    } catch (UnavailableException e) {
      served.failed(e.isPermanent() ? 404 : 503);
      throw e;
    } catch (IOException | ServletException | RuntimeException | Error e) {
      served.failed(500);
      throw e;
    } finally {
      if (isMarked) {
        MDC.remove(MDC_NAME);
      }
      served.left();
    }
  }

  private @Nullable ServedRequest begin(ServletRequest request, ServletResponse response) {
    try {
      if (request instanceof HttpServletRequest http
          && response instanceof HttpServletResponse answer
          && http.getAttribute(HERE) == null) {
        String path = ServedRequest.path(http);
        String context = http.getContextPath();
        boolean isInside = context != null && path.startsWith(context);
        if (!excluded.test(isInside ? path.substring(context.length()) : path)) {
          http.setAttribute(HERE, true);
          return new ServedRequest(telemetry, http, answer, path);
        }
      }
    } catch (RuntimeException e) {
      // The request matters more than its event.
    }
    return null;
  }
}
