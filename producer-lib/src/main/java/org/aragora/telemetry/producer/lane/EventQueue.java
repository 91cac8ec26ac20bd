package org.aragora.telemetry.producer.lane;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The accepted events of one topic and one run, in the order in which they were accepted. Any
 * thread offers; one sender takes and settles.
 */
public interface EventQueue extends AutoCloseable {

  /** Result of an offer. */
  enum Offer {
    ACCEPTED,
    /** The bound is reached. */
    FULL,
    /** It was sealed. */
    SEALED,
    /** The disk refused it. */
    FAILED
  }

  /**
   * One accepted event.
   *
   * @param ordinal 1, 2, 3, ... in the order of acceptance
   * @param event the event to send
   * @param segment file of the queue that contains it
   * @param end offset of its end in the file
   */
  record Entry(long ordinal, StampedEvent event, long segment, long end) {}

  /**
   * Accepts an event. Waits for room no longer than {@code waitNanos}; an interrupt ends the wait
   * and stays set.
   *
   * @return the reason if it is not accepted
   */
  Offer offer(StampedEvent event, long waitNanos);

  /**
   * Takes the next event.
   *
   * @return null if there is none within {@code waitNanos}
   */
  @Nullable Entry take(long waitNanos) throws IOException, InterruptedException;

  /** The numbers to go on with; null if no partition count was pinned. */
  @Nullable Numbering numbering();

  /** Fixes the partition count of the run. Returns when a crash can no longer undo it. */
  Numbering pin(int partitions) throws IOException;

  /** The event is acknowledged or given up. Comes in any order. */
  void settled(Entry entry);

  /**
   * The event and all before it are settled. Comes in order.
   *
   * @param partition its partition
   * @param seq its number, 0 if it had none
   */
  void settledThrough(Entry entry, int partition, long seq);

  /** Housekeeping; the sender calls it between events and a few times a second. */
  void tidy() throws IOException;

  /** Accepts nothing more. What is there can still be taken. */
  void seal();

  /** True if it is sealed and everything was taken. */
  boolean isExhausted();

  /** True if events that are left when the sender stops are kept for another run. */
  boolean isDurable();

  /** Ordinal of the event accepted last, 0 before the first. */
  long lastOrdinal();

  @Override
  void close() throws IOException;
}
