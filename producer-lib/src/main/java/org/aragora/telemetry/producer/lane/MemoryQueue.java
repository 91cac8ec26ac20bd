package org.aragora.telemetry.producer.lane;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Holds events in memory. The bound covers every event from its acceptance until it is settled, so
 * also what the Kafka client holds. Only offers take the lock for long: what is taken or settled
 * costs the callers of offers nothing.
 */
public final class MemoryQueue implements EventQueue {
  /** Settling makes room without a signal, which would wake a thread for each event. */
  private static final long ROOM_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final int maxEvents;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final ConcurrentLinkedQueue<Entry> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger events = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();
  private long ordinal;
  private volatile boolean sealed;
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
      while (!sealed && !hasRoom(event)) {
        if (left <= 0) {
          return Offer.FULL;
        }
        long pause = Math.min(left, ROOM_CHECK_NANOS);
        left -= pause - Math.max(0, room.awaitNanos(pause));
      }
      if (sealed) {
        return Offer.SEALED;
      }
      queue.add(Entry.of(ordinal + 1, event, null)); // first, for it may fail: the heap may be full
      ordinal++;
      events.incrementAndGet();
      bytes.addAndGet(event.bytes());
      arrived.signal();
      return Offer.ACCEPTED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Offer.FULL;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(StampedEvent event) {
    return events.get() < maxEvents && bytes.get() + event.bytes() <= maxBytes;
  }

  @Override
  public @Nullable Entry take(long waitNanos) throws InterruptedException {
    Entry next = queue.poll();
    if (next != null || waitNanos <= 0) {
      return next;
    }
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
    bytes.addAndGet(-entry.event().bytes());
    events.decrementAndGet();
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
    return sealed && queue.isEmpty();
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
