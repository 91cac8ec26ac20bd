package org.aragora.telemetry.producer.spool.segment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.LongConsumer;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.jspecify.annotations.Nullable;

/**
 * Reads a topic's log in order. Behind damaged bytes it goes on; the events in between it gives as
 * lost. Not thread-safe.
 */
public final class SegmentReader implements AutoCloseable {
  private final Path directory;
  private final boolean checked;
  private final LongConsumer damage;
  private @Nullable SegmentFile file;
  private Queue<SegmentPlan.Step> plan = new ArrayDeque<>();
  private boolean planned;
  private long plannedTo;
  private Position position;
  private boolean afterHole;

  /**
   * Begins at a position.
   *
   * @param checked every frame is compared with the index: nobody writes any more
   * @param damage gets the number of each segment in which something is lost
   */
  public SegmentReader(Path directory, Position from, boolean checked, LongConsumer damage) {
    this.directory = directory;
    this.position = from;
    this.checked = checked;
    this.damage = damage;
  }

  /** Position behind the event that was read last. */
  public Position position() {
    return position;
  }

  /** Returns true if an unknown number of events before the one read last is lost. */
  public boolean isAfterHole() {
    return afterHole;
  }

  /**
   * Reads the next event before {@code limit}, or gives one that is lost.
   *
   * @return null if none follows there: the last was never written whole
   */
  public @Nullable StampedEvent next(Position limit) throws IOException {
    while (checked || !plan.isEmpty() || position.compareTo(limit) < 0) {
      SegmentFile open = open(limit);
      if (checked && !planned) {
        plan(open, Long.MAX_VALUE);
      }
      StampedEvent event = planned ? planned(open) : open.eventAt(position.offset());
      if (event != null) {
        if (!planned) {
          moveTo(position.offset() + open.lengthAt(position.offset()));
        }
        return event;
      }
      if (!planned && position.offset() < open.limit()) {
        plan(open, open.limit());
      } else if (position.segment() >= limit.segment()) {
        return null;
      } else {
        toNextSegment(limit);
      }
    }
    return null;
  }

  private SegmentFile open(Position limit) throws IOException {
    SegmentFile open = file;
    if (open == null) {
      open = new SegmentFile(Segments.file(directory, position.segment()));
      file = open;
    }
    open.limit(position.segment() == limit.segment() ? limit.offset() : Long.MAX_VALUE);
    return open;
  }

  private void plan(SegmentFile open, long limit) throws IOException {
    SegmentPlan found =
        SegmentPlan.of(
            open,
            SegmentIndex.read(Segments.index(directory, position.segment())),
            position.offset(),
            limit);
    if (found.isDamaged()) {
      damage.accept(position.segment());
    }
    plan = found.steps();
    plannedTo = limit;
    planned = true;
  }

  private @Nullable StampedEvent planned(SegmentFile open) throws IOException {
    SegmentPlan.Step step = plan.poll();
    if (step == null) {
      if (!checked) { // behind the damage frames are read one by one again
        planned = false;
        moveTo(Math.max(position.offset(), plannedTo));
      }
      return null;
    }
    moveTo(step.end());
    afterHole |= step.afterHole();
    return step.lost() != null ? step.lost() : open.eventAt(step.offset());
  }

  private void moveTo(long offset) {
    position = new Position(position.segment(), offset);
  }

  private void toNextSegment(Position limit) throws IOException {
    close();
    long next = position.segment() + 1;
    while (next < limit.segment() && !Segments.exists(directory, next)) {
      afterHole = true; // a whole file is gone
      damage.accept(next);
      next++;
    }
    position = new Position(next, Segments.HEAD_BYTES);
    planned = false;
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
      file = null;
    }
  }
}
