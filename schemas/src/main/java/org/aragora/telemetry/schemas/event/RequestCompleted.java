package org.aragora.telemetry.schemas.event;

import org.jspecify.annotations.Nullable;

/**
 * An HTTP request was answered.
 *
 * @param requestId id of the request, not empty
 * @param method HTTP method, not empty
 * @param endpoint path or its template, not empty; the processor makes a template of it
 * @param status HTTP status, 100 to 599
 * @param durationNanos how long it took, 0 to 1e18 ns
 * @param userId who asked
 */
public record RequestCompleted(
    String requestId,
    String method,
    String endpoint,
    int status,
    long durationNanos,
    @Nullable String userId)
    implements EventData {

  @Override
  public String key() {
    return requestId;
  }
}
