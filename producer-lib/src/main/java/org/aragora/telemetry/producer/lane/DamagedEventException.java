package org.aragora.telemetry.producer.lane;

/** An accepted event whose bytes in the spool are damaged. */
public final class DamagedEventException extends Exception {
  private static final long serialVersionUID = 1L;

  DamagedEventException() {
    super("its bytes in the spool are damaged");
  }
}
