package org.aragora.telemetry.producer.lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Numbered events that are not settled, and the ordinal up to which all are settled. */
final class InFlight {
  private final EventQueue queue;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<InFlightEvent> order = new ArrayDeque<>();
  private long settledOrdinal;

  InFlight(EventQueue queue) {
    this.queue = queue;
  }

  void add(InFlightEvent sent) {
    lock.lock();
    try {
      order.add(sent);
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
      boolean first = !sent.claimed;
      sent.claimed = true;
      return first;
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
      for (InFlightEvent head = order.peek(); head != null && head.settled; head = order.peek()) {
        order.remove();
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

  boolean isEmpty() {
    lock.lock();
    try {
      return order.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  List<InFlightEvent> all() {
    lock.lock();
    try {
      return new ArrayList<>(order);
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
      while (!order.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
