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
   * One accepted event, or a hole: events that the queue held and cannot read any more.
   *
   * @param ordinal 1, 2, 3, ... in the order of acceptance; that of the last event of a hole
   * @param event the event to send
   * @param place its place, if that is already known
   * @param lost events of a hole; 0: it is an event
   */
  record Entry(long ordinal, StampedEvent event, @Nullable Place place, long lost) {
    private static final StampedEvent NONE = StampedEvent.asIs(new byte[0], new byte[0]);

    /** An event. */
    public static Entry of(long ordinal, StampedEvent event, @Nullable Place place) {
      return new Entry(ordinal, event, place, 0);
    }

    /** Events that are lost, up to an ordinal. */
    public static Entry hole(long through, long lost) {
      return new Entry(through, NONE, null, lost);
    }
  }

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

  /** True if the partition count of the run is fixed. */
  boolean isPinned();

  /** True if events that were not taken yet can be numbered for another partition count. */
  boolean canPinAgain();

  /** Fixes the partition count of the run. Returns when a crash can no longer undo it. */
  void pin(int partitions) throws IOException;

  /**
   * Place of the entry that was taken last, when the partition count is fixed.
   *
   * @return null if it had one that cannot be read any more
   */
  @Nullable Place place(Entry entry) throws IOException;

  /** The place belongs to that entry for ever; the next one gets another. */
  void placed(Place place);

  /** The event is acknowledged or given up. Comes in any order. */
  void settled(Entry entry);

  /** The entry and all before it are settled. Comes in order, for the last of several. */
  void settledThrough(Entry entry);

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
