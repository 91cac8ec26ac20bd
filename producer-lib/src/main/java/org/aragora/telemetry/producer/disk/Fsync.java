package org.aragora.telemetry.producer.disk;

/** Failures that an accepted event in the spool survives. */
public enum Fsync {
  /** The death of the process: it is in the page cache before {@code emit} returns. */
  NEVER,
  /** The loss of power too: {@code emit} waits for the disk. */
  ALWAYS
}
