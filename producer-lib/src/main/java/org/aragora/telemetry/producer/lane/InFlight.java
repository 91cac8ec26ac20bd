package org.aragora.telemetry.producer.lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What was numbered and is not settled. Knows up to where everything is settled. */
final class InFlight {
  private final Outbox outbox;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Sent> order = new ArrayDeque<>();
  private long settledOrdinal;

  InFlight(Outbox outbox) {
    this.outbox = outbox;
  }

  void add(Sent sent) {
    lock.lock();
    try {
      order.add(sent);
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether this call is the one that settled it. */
  boolean settle(Sent sent) {
    lock.lock();
    try {
      if (sent.settled) {
        return false;
      }
      sent.settled = true;
      outbox.settled(sent.entry);
      boolean moved = false;
      for (Sent head = order.peek(); head != null && head.settled; head = order.peek()) {
        order.remove();
        settledOrdinal = head.entry.ordinal();
        outbox.settledThrough(head.entry, head.partition, head.seq);
        moved = true;
      }
      if (moved) {
        changed.signalAll();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return order.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  List<Sent> unsettled() {
    lock.lock();
    try {
      List<Sent> left = new ArrayList<>(order);
      left.removeIf(sent -> sent.settled);
      return left;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until everything up to an ordinal is settled. Returns whether it is. */
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
