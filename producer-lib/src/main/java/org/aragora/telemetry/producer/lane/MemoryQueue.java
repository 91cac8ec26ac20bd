package org.aragora.telemetry.producer.lane;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Holds events in memory. The bound covers every event from its acceptance until it is settled, so
 * also what the Kafka client holds.
 */
public final class MemoryQueue implements EventQueue {
  private final int maxEvents;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final ConcurrentLinkedQueue<Entry> queue = new ConcurrentLinkedQueue<>();
  private int events;
  private long bytes;
  private long ordinal;
  private boolean sealed;
  private @Nullable Numbering numbering; // the lane's thread only

  private MemoryQueue(int maxEvents, long maxBytes) {
    this.maxEvents = maxEvents;
    this.maxBytes = maxBytes;
  }

  /** A queue that holds no more than so many events and bytes. */
  public static MemoryQueue create(int maxEvents, long maxBytes) {
    return new MemoryQueue(maxEvents, maxBytes);
  }

  @Override
  public Offer offer(StampedEvent event, long waitNanos) {
    lock.lock();
    try {
      long left = waitNanos;
      while (!sealed && (events >= maxEvents || bytes + event.bytes() > maxBytes)) {
        if (left <= 0) {
          return Offer.FULL;
        }
        left = room.awaitNanos(left);
      }
      if (sealed) {
        return Offer.SEALED;
      }
      queue.add(Entry.of(ordinal + 1, event, null)); // first, for it may fail: the heap may be full
      ordinal++;
      events++;
      bytes += event.bytes();
      arrived.signal();
      return Offer.ACCEPTED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Offer.FULL;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable Entry take(long waitNanos) throws InterruptedException {
    lock.lock();
    try {
      long left = waitNanos;
      while (queue.isEmpty() && !sealed && left > 0) {
        left = arrived.awaitNanos(left);
      }
      return queue.poll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void settled(Entry entry) {
    lock.lock();
    try {
      events--;
      bytes -= entry.event().bytes();
      room.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean canPinAgain() {
    return true;
  }

  @Override
  public boolean isPinned() {
    return numbering != null;
  }

  @Override
  public void pin(int partitions) {
    numbering = Numbering.startingAtOne(partitions);
  }

  @Override
  public @Nullable Place place(Entry entry) {
    return numbering == null ? null : numbering.place(entry.event());
  }

  @Override
  public void placed(Place place) {
    if (numbering != null) {
      numbering.passed(place);
    }
  }

  @Override
  public void settledThrough(Entry entry) {}

  @Override
  public void tidy() {}

  @Override
  public void seal() {
    lock.lock();
    try {
      sealed = true;
      arrived.signalAll();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isExhausted() {
    lock.lock();
    try {
      return sealed && queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isDurable() {
    return false;
  }

  @Override
  public long lastOrdinal() {
    lock.lock();
    try {
      return ordinal;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    seal();
  }
}
