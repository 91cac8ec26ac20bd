package org.aragora.telemetry.producer.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Numbered events that are not settled, in their order, and the ordinal up to which all are
 * settled. Only {@link #all} and {@link #failed} allocate, so that an exhausted heap loses nothing.
 * The sender's thread adds without the lock, so that it and the client's thread rarely meet.
 */
final class InFlight {
  private final EventQueue queue;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** The event before the first one; it is settled. */
  private volatile InFlightEvent before;

  private InFlightEvent last; // the sender's thread only
  private long settledOrdinal;

  /** Least ordinal that a thread waits for. */
  private long awaited = Long.MAX_VALUE;

  private volatile int failures;

  InFlight(EventQueue queue) {
    this.queue = queue;
    this.before =
        new InFlightEvent(EventQueue.Entry.hole(0, 0), new ProducerRecord<>("", new byte[0]));
    this.last = before;
  }

  void add(InFlightEvent sent) {
    last.next = sent;
    last = sent;
  }

  /** Counts and settles an event that the broker has taken, unless it is claimed. */
  void acknowledge(InFlightEvent sent, Outcome outcome) {
    lock.lock();
    try {
      if (claim(sent)) {
        outcome.acknowledged();
        settle(sent);
      }
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
      InFlightEvent through = before;
      for (InFlightEvent head = before.next; head != null && head.settled; head = head.next) {
        through = head;
      }
      if (through != before) {
        before = through;
        settledOrdinal = through.entry.ordinal();
        queue.settledThrough(through.entry);
      }
      if (settledOrdinal >= awaited) {
        awaited = Long.MAX_VALUE;
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
      for (InFlightEvent sent = before.next; sent != null; sent = sent.next) {
        fail(sent);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The event is about to be sent again. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
  void unmark(InFlightEvent sent) {
    if (!sent.failed) {
      return;
    }
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
      for (InFlightEvent sent = before.next; sent != null; sent = sent.next) {
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
    return before.next == null;
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
        awaited = Math.min(awaited, ordinal);
        left = changed.awaitNanos(left);
      }
      return settledOrdinal >= ordinal;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all is settled, or the time is over. The sender's thread only. */
  void awaitEmpty(long waitNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = waitNanos;
      while (!isEmpty() && failures == 0 && left > 0) {
        awaited = Math.min(awaited, last.entry.ordinal());
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
