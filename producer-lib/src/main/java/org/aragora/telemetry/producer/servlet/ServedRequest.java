package org.aragora.telemetry.producer.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.aragora.telemetry.producer.TelemetryProducer;
import org.aragora.telemetry.producer.stamp.EventContext;
import org.aragora.telemetry.schemas.envelope.TraceparentFormat;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;

/** A request from its arrival to its event. What the event has is read before the chain runs. */
final class ServedRequest implements AsyncListener {
  private static final String SPRING_PATTERN =
      "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";
  private static final Pattern PATH_PARAMETERS = Pattern.compile(";[^/]*");
  private static final int ID = 200;
  private static final int SWITCHING_PROTOCOLS = 101;

  private final long began = System.nanoTime();
  private final AtomicBoolean completed = new AtomicBoolean();
  private final TelemetryProducer telemetry;
  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final String method;
  private final String path;
  private final String contextPath;
  private final String id;
  private final EventContext context;
  private volatile boolean asynchronous;

  ServedRequest(
      TelemetryProducer telemetry,
      HttpServletRequest request,
      HttpServletResponse response,
      String path) {
    this.telemetry = telemetry;
    this.request = request;
    this.response = response;
    this.path = path;
    this.method = Unicode.cut(request.getMethod(), Bounds.NAME);
    this.contextPath = String.valueOf(request.getContextPath());
    this.id = id(request.getHeader("X-Request-Id"));
    this.context = context(request.getHeader("traceparent"));
  }

  HttpServletRequest request() {
    return request;
  }

  String id() {
    return id;
  }

  /** The path as it came, without the parameters of its segments, such as a session's id. */
  static String path(HttpServletRequest request) {
    String uri = request.getRequestURI();
    String path = uri == null ? "" : PATH_PARAMETERS.matcher(uri).replaceAll("");
    return path.isEmpty() ? "/" : path;
  }

  private static String id(@Nullable String header) {
    return header == null || header.isBlank()
        ? UUID.randomUUID().toString()
        : Unicode.cut(header.strip(), ID);
  }

  private static EventContext context(@Nullable String header) {
    EventContext current = EventContext.current();
    if (current.traceparent() != null
        || header == null
        || !TraceparentFormat.isTraceparent(header.strip())) {
      return current;
    }
    String caller = header.strip();
    long spanId = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    return new EventContext(
        TraceparentFormat.of(
            TraceparentFormat.traceId(caller),
            "%016x".formatted(spanId),
            TraceparentFormat.isSampled(caller) ? "01" : "00"),
        TraceparentFormat.spanId(caller),
        null);
  }

  void listen(AsyncContext async) {
    asynchronous = true;
    async.addListener(this);
  }

  /** The chain has returned. */
  void left() {
    if (!asynchronous && !completed.get() && isAsyncStarted()) {
      try { // the host has started it past our request
        listen(request.getAsyncContext());
      } catch (RuntimeException e) {
        asynchronous = false; // it is over already
      }
    }
    if (!asynchronous) {
      complete();
    }
  }

  private boolean isAsyncStarted() {
    try {
      return request.isAsyncStarted();
    } catch (RuntimeException e) {
      return false;
    }
  }

  /**
   * An exception left the chain.
   *
   * @param status answer of the container, unless it has sent one before
   */
  void failed(int status) {
    complete(() -> response.isCommitted() ? response.getStatus() : status);
  }

  private void complete() {
    complete(response::getStatus);
  }

  private void complete(IntSupplier answer) {
    if (!completed.compareAndSet(false, true)) {
      return;
    }
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    try {
      int status = answer.getAsInt();
      if (status != SWITCHING_PROTOCOLS) {
        telemetry.emit(RequestCompleted.of(id, method, endpoint(), status, took), context);
      }
    } catch (RuntimeException e) {
      // The container has taken the answer back; the host matters more than the event.
    }
  }

  private String endpoint() {
    Object pattern = null;
    try {
      pattern = request.getAttribute(SPRING_PATTERN);
    } catch (RuntimeException e) {
      // The container has taken the request back.
    }
    String endpoint =
        pattern instanceof String text && text.startsWith("/") ? contextPath + text : path;
    return Unicode.cut(endpoint, Bounds.ENDPOINT);
  }

  @Override
  public void onComplete(AsyncEvent event) {
    complete();
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    // onComplete follows, with the answer.
  }

  @Override
  public void onError(AsyncEvent event) {
    // onComplete follows, with the answer.
  }

  @Override
  public void onStartAsync(AsyncEvent event) {
    event.getAsyncContext().addListener(this);
  }
}
