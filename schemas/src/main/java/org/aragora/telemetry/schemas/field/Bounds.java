package org.aragora.telemetry.schemas.field;

/**
 * Bounds of what an event may contain, so that no valid event grows state without end. Lengths of
 * names count code points, as JSON Schema does. The JSON Schemas contain the same numbers.
 */
public final class Bounds {
  /** Code points of an id, source, epoch, agent, domain, method and every other name. */
  public static final int NAME = 1_024;

  /** Code points of an endpoint. */
  public static final int ENDPOINT = 4_096;

  /** Bytes of a record's key. */
  public static final int KEY_BYTES = 65_536;

  /** Members of an object, at any depth. */
  public static final int MEMBERS = 1_000;

  /** Elements of an array, at any depth. */
  public static final int ELEMENTS = 10_000;

  /** WebSocket connections of an instance. */
  public static final long CONNECTIONS = 10_000_000;

  /** Shortest and longest time between two heartbeats, in seconds. */
  public static final long MIN_INTERVAL_SECONDS = 1;

  public static final long MAX_INTERVAL_SECONDS = 3_600;

  /** Number of an event within its run and partition. */
  public static final long SEQ = 1_000_000_000_000L;

  private Bounds() {}
}
