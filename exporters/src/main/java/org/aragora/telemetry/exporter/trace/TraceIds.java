package org.aragora.telemetry.exporter.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Trace and span ids of events without a trace context: from the SHA-256 of the event's ids, the
 * first 16 bytes are the trace id, the next 8 the span id. Any program can compute them, so log
 * lines, spans and instances agree on them. Not thread-safe.
 */
public final class TraceIds {

  private static final HexFormat HEX = HexFormat.of();

  private final MessageDigest sha256;

  public TraceIds() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256.", e);
    }
  }

  /**
   * A trace id and a span id.
   *
   * @param traceId 32 hex digits
   * @param spanId 16 hex digits
   */
  public record Ids(String traceId, String spanId) {}

  /** Trace of a debate, and its {@code debate.run} span. */
  public Ids debate(String debateId) {
    return of("debate\n" + debateId);
  }

  /** Span of a round in its debate's trace. */
  public String round(String debateId, long round) {
    return of("round\n" + debateId + "\n" + round).spanId();
  }

  /** Trace of a request. */
  public String request(String requestId) {
    return of("request\n" + requestId).traceId();
  }

  /** Span of an event, and the trace of an event outside any debate or request. */
  public Ids event(String source, String id) {
    return of("event\n" + source + "\n" + id);
  }

  /** Span of the service that answered a call. */
  public String callee(String traceId, String callSpanId) {
    return of("callee\n" + traceId + "\n" + callSpanId).spanId();
  }

  private Ids of(String name) {
    byte[] digest = sha256.digest(name.getBytes(UTF_8));
    return new Ids(HEX.formatHex(digest, 0, 16), HEX.formatHex(digest, 16, 24));
  }
}
