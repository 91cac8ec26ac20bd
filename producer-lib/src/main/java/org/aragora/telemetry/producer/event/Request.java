package org.aragora.telemetry.producer.event;

import java.time.Duration;
import org.aragora.telemetry.schemas.event.EventType;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request was answered.
 *
 * <pre>{@code
 * telemetry.requestCompleted(
 *     Request.of("r-1", "GET", "/api/debates/{id}")
 *         .answered(200, Duration.ofMillis(42))
 *         .userId("u-7"));
 * }</pre>
 */
public final class Request implements EventDetails {
  private final String requestId;
  private final String method;
  private final String endpoint;
  private int status;
  private Duration duration = Duration.ZERO;
  private @Nullable String userId;

  private Request(String requestId, String method, String endpoint) {
    this.requestId = requestId;
    this.method = method;
    this.endpoint = endpoint;
  }

  /**
   * A request; say with {@link #answered} how it ended.
   *
   * @param requestId id of the request, not empty
   * @param method HTTP method, not empty
   * @param endpoint path or its template, not empty
   */
  public static Request of(String requestId, String method, String endpoint) {
    return new Request(requestId, method, endpoint);
  }

  /**
   * How it ended. Required: without it the event is dropped as invalid.
   *
   * @param status HTTP status, 100 to 599
   * @param duration how long it took, not negative
   */
  public Request answered(int status, Duration duration) {
    this.status = status;
    this.duration = duration;
    return this;
  }

  /** Who asked. */
  public Request userId(@Nullable String userId) {
    this.userId = userId;
    return this;
  }

  @Override
  public EventType type() {
    return EventType.REQUEST_COMPLETED;
  }

  @Override
  public RequestCompleted build() {
    return new RequestCompleted(requestId, method, endpoint, status, duration.toNanos(), userId);
  }
}
