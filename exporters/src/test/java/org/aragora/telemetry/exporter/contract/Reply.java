package org.aragora.telemetry.exporter.contract;

import java.util.Map;

/** Answer of a receiver. */
public record Reply(Kind kind, int status, Map<String, String> headers, String message) {

  /** Kind of the answer. */
  public enum Kind {
    /** With a status. */
    STATUS,
    /** With success, but not for all. */
    PARTIAL,
    /** Not until it is released, then with success. */
    HANG,
    /** By closing the connection. */
    CUT,
    /** By closing the connection after it has kept everything. */
    KEEP_AND_CUT
  }

  public static Reply ok() {
    return status(200, "");
  }

  public static Reply status(int status) {
    return status(status, "as asked");
  }

  public static Reply status(int status, String message) {
    return new Reply(Kind.STATUS, status, Map.of(), message);
  }

  public static Reply later(int status, int seconds) {
    return new Reply(
        Kind.STATUS, status, Map.of("Retry-After", Integer.toString(seconds)), "later");
  }

  public static Reply partial(int rejected) {
    return new Reply(Kind.PARTIAL, rejected, Map.of(), "some are not to my taste");
  }

  public static Reply hang() {
    return new Reply(Kind.HANG, 200, Map.of(), "");
  }

  public static Reply keepAndCut() {
    return new Reply(Kind.KEEP_AND_CUT, 0, Map.of(), "");
  }

  public static Reply cut() {
    return new Reply(Kind.CUT, 0, Map.of(), "");
  }
}
