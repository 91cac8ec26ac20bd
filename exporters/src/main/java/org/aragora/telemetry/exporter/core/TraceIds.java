package org.aragora.telemetry.exporter.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Trace and span ids for what carries no trace context: SHA-256 of what is identified, the trace id
 * its first 16 bytes, the span id the 8 bytes after them. Anyone can compute them, so a log line, a
 * span and an instance that knows only the debate's id agree. Not for use by several threads.
 */
public final class TraceIds {

  private static final HexFormat HEX = HexFormat.of();

  private final MessageDigest sha256;

  public TraceIds() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every Java has SHA-256.", impossible);
    }
  }

  /**
   * A trace id and a span id.
   *
   * @param traceId 32 hex digits
   * @param spanId 16 hex digits
   */
  public record Ids(String traceId, String spanId) {}

  /** The debate's trace and its {@code debate.run} span. */
  public Ids debate(String debateId) {
    return of("debate\n" + debateId);
  }

  /** A round's span; the trace is the debate's. */
  public String round(String debateId, long round) {
    return of("round\n" + debateId + "\n" + round).spanId();
  }

  /** The request's trace. */
  public String request(String requestId) {
    return of("request\n" + requestId).traceId();
  }

  /** A span of an event's own, and a trace for an event that belongs to nothing else. */
  public Ids event(String source, String id) {
    return of("event\n" + source + "\n" + id);
  }

  /** The span of the service that answered a call. */
  public String callee(String traceId, String callSpanId) {
    return of("callee\n" + traceId + "\n" + callSpanId).spanId();
  }

  private Ids of(String what) {
    byte[] digest = sha256.digest(what.getBytes(UTF_8));
    return new Ids(HEX.formatHex(digest, 0, 16), HEX.formatHex(digest, 16, 24));
  }
}
