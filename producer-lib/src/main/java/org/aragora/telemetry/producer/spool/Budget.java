package org.aragora.telemetry.producer.spool;

import java.util.concurrent.atomic.AtomicLong;

/** Bound of the bytes of one topic's logs, those of earlier runs among them. */
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

  /** Adds bytes that are already there, even over the bound. */
  void found(long bytes) {
    used.addAndGet(bytes);
  }

  void release(long bytes) {
    used.addAndGet(-bytes);
  }
}
