package org.aragora.telemetry.producer.spool;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes the logs of one topic may have, those of earlier runs among them. */
final class Budget {
  private final long max;
  private final AtomicLong used = new AtomicLong();

  Budget(long max) {
    this.max = max;
  }

  boolean take(long bytes) {
    if (used.addAndGet(bytes) <= max) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  /** Bytes that are there whether they fit or not. */
  void found(long bytes) {
    used.addAndGet(bytes);
  }

  void release(long bytes) {
    used.addAndGet(-bytes);
  }
}
