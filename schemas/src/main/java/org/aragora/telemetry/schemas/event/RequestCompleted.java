package org.aragora.telemetry.schemas.event;

import java.time.Duration;
import org.aragora.telemetry.schemas.field.FieldReader;
import org.aragora.telemetry.schemas.field.FieldWriter;
import org.aragora.telemetry.schemas.field.Nanos;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request was answered.
 *
 * @param requestId id of the request, not empty
 * @param method HTTP method, not empty
 * @param endpoint path or its template, not empty; the processor makes a template of it
 * @param status HTTP status, 100 to 599
 * @param durationNanos duration, 0 to 1e18 ns
 * @param userId user who sent it
 */
public record RequestCompleted(
    String requestId,
    String method,
    String endpoint,
    int status,
    long durationNanos,
    @Nullable String userId)
    implements EventData {

  /** An answered request without its optional field. */
  public static RequestCompleted of(
      String requestId, String method, String endpoint, int status, Duration duration) {
    return new RequestCompleted(requestId, method, endpoint, status, Nanos.of(duration), null);
  }

  /** A copy with the user who sent the request. */
  public RequestCompleted withUserId(@Nullable String id) {
    return new RequestCompleted(requestId, method, endpoint, status, durationNanos, id);
  }

  public static RequestCompleted read(FieldReader in) {
    return new RequestCompleted(
        in.name("request_id"),
        in.name("method"),
        in.endpoint("endpoint"),
        (int) in.integer("status", 100, 599),
        in.seconds("duration_seconds"),
        in.optionalLabel("user_id"));
  }

  @Override
  public void write(FieldWriter out) {
    out.name("request_id", requestId)
        .name("method", method)
        .endpoint("endpoint", endpoint)
        .integer("status", status, 100, 599)
        .seconds("duration_seconds", durationNanos)
        .optionalLabel("user_id", userId);
  }

  @Override
  public String key() {
    return requestId;
  }
}
