package org.aragora.telemetry.producer.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Numbered events that are not settled, in their order, and the ordinal up to which all are
 * settled. Only {@link #all} and {@link #failed} allocate, so that an exhausted heap loses nothing.
 */
final class InFlight {
  private final EventQueue queue;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable InFlightEvent first;
  private @Nullable InFlightEvent last;
  private long settledOrdinal;
  private volatile int failures;

  InFlight(EventQueue queue) {
    this.queue = queue;
  }

  void add(InFlightEvent sent) {
    lock.lock();
    try {
      if (last == null) {
        first = sent;
      } else {
        last.next = sent;
      }
      last = sent;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Claims an event.
   *
   * @return true if the caller is the one to count it and then to {@link #settle} it
   */
  boolean claim(InFlightEvent sent) {
    lock.lock();
    try {
      boolean isFirst = !sent.claimed;
      sent.claimed = true;
      unmark(sent);
      return isFirst;
    } finally {
      lock.unlock();
    }
  }

  /** Settles a claimed event; threads that wait for it go on. */
  void settle(InFlightEvent sent) {
    lock.lock();
    try {
      sent.settled = true;
      queue.settled(sent.entry);
      boolean moved = false;
      for (InFlightEvent head = first; head != null && head.settled; head = first) {
        first = head.next;
        if (first == null) {
          last = null;
        }
        settledOrdinal = head.entry.ordinal();
        queue.settledThrough(head.entry);
        moved = true;
      }
      if (moved) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Puts an entry that is counted already behind the others, so that they settle in order. */
  void pass(InFlightEvent counted) {
    counted.claimed = true;
    add(counted);
    settle(counted);
  }

  /** The event has to be sent again. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
  void fail(InFlightEvent sent) {
    lock.lock();
    try {
      if (!sent.claimed && !sent.failed) {
        sent.failed = true;
        failures++;
      }
    } finally {
      lock.unlock();
    }
  }

  /** All events have to be sent again. */
  void failAll() {
    lock.lock();
    try {
      for (InFlightEvent sent = first; sent != null; sent = sent.next) {
        fail(sent);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The event is about to be sent again. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
  void unmark(InFlightEvent sent) {
    lock.lock();
    try {
      if (sent.failed) {
        sent.failed = false;
        failures--;
      }
    } finally {
      lock.unlock();
    }
  }

  boolean hasFailures() {
    return failures > 0;
  }

  /** Events to be sent again, in order. */
  List<InFlightEvent> failed() {
    return events(true);
  }

  List<InFlightEvent> all() {
    return events(false);
  }

  private List<InFlightEvent> events(boolean failedOnly) {
    lock.lock();
    try {
      List<InFlightEvent> found = new ArrayList<>();
      for (InFlightEvent sent = first; sent != null; sent = sent.next) {
        if (sent.failed || !failedOnly) {
          found.add(sent);
        }
      }
      return found;
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return first == null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until everything up to an ordinal is settled.
   *
   * @return true if it is
   */
  boolean awaitSettled(long ordinal, long waitNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = waitNanos;
      while (settledOrdinal < ordinal && left > 0) {
        left = changed.awaitNanos(left);
      }
      return settledOrdinal >= ordinal;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all is settled, or the time is over. */
  void awaitEmpty(long waitNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = waitNanos;
      while (first != null && failures == 0 && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
