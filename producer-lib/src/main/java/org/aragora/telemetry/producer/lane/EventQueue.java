package org.aragora.telemetry.producer.lane;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The accepted events of one topic and one run, in the order in which they were accepted. Any
 * thread offers; one lane takes and settles.
 */
public interface EventQueue extends AutoCloseable {

  /** What became of an offer. */
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
   * @param event what is to go out
   * @param segment where the queue keeps it
   * @param end where it ends there
   */
  record Entry(long ordinal, StampedEvent event, long segment, long end) {}

  /**
   * Accepts an event, or says why not. Waits for room no longer than {@code waitNanos}; an
   * interrupt ends the wait and stays set.
   */
  Offer offer(StampedEvent event, long waitNanos);

  /** The next event, or null where there is none within {@code waitNanos}. */
  @Nullable Entry take(long waitNanos) throws IOException, InterruptedException;

  /** The numbers to go on with, or null where no partition count was pinned. */
  @Nullable Numbering numbering();

  /** Fixes the partition count of the run. Returns when a crash can no longer undo it. */
  Numbering pin(int partitions) throws IOException;

  /** The event is acknowledged or given up. Comes in any order. */
  void settled(Entry entry);

  /**
   * The event and all before it are settled. Comes in order.
   *
   * @param partition where it went
   * @param seq its number, 0 if it had none
   */
  void settledThrough(Entry entry, int partition, long seq);

  /** Housekeeping; the lane calls it between events and a few times a second. */
  void tidy() throws IOException;

  /** Accepts nothing more. What is there can still be taken. */
  void seal();

  /** Sealed, and everything was taken. */
  boolean isExhausted();

  /** Whether what is left when the lane stops is kept for another run. */
  boolean isDurable();

  /** Ordinal of the event accepted last, 0 before the first. */
  long lastOrdinal();

  @Override
  void close() throws IOException;
}
