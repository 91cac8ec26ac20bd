package org.aragora.telemetry.producer.spool.segment;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.aragora.telemetry.producer.lane.StampedEvent;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a segment from an offset on, with those that are damaged. The index gives the key
 * of each that is lost, so the numbers behind it stay what they were. A frame that the index has at
 * an earlier place is a copy, and is passed over.
 */
final class SegmentPlan {
  private final SegmentFile file;
  private final SegmentIndex index;
  private final long limit;
  private final Queue<Step> steps = new ArrayDeque<>();
  private @Nullable Map<Integer, Integer> placesByChecksum;
  private boolean damaged;
  private boolean hasHole;

  /**
   * One frame.
   *
   * @param offset of the frame
   * @param lost the event in place of a damaged one, null if the frame can be read
   * @param end offset behind it
   * @param afterHole true if an unknown number of frames before it is lost
   */
  record Step(long offset, @Nullable StampedEvent lost, long end, boolean afterHole) {}

  private SegmentPlan(SegmentFile file, SegmentIndex index, long limit) {
    this.file = file;
    this.index = index;
    this.limit = limit;
  }

  /**
   * Makes the plan.
   *
   * @param limit offset from which on no frame is complete; frames before it were
   */
  static SegmentPlan of(SegmentFile file, SegmentIndex index, long offset, long limit)
      throws IOException {
    SegmentPlan plan = new SegmentPlan(file, index, limit);
    plan.walk(offset, plan.placeOf(offset));
    return plan;
  }

  /** The frames in order. */
  Queue<Step> steps() {
    return steps;
  }

  /** Returns true if anything is lost or was passed over. */
  boolean isDamaged() {
    return damaged;
  }

  /** Number of frames before an offset; past the index if that is unknown. */
  private int placeOf(long offset) throws IOException {
    long at = Segments.HEAD_BYTES;
    int place = 0;
    while (at < offset) {
      if (index.isValid(place)) {
        at += index.length(place);
      } else if (file.headAt(at) != null) {
        at += file.lengthAt(at);
      } else {
        break;
      }
      place++;
    }
    return at == offset ? place : index.size();
  }

  private void walk(long from, int firstPlace) throws IOException {
    long at = from;
    int place = firstPlace;
    while (at < file.limit()) {
      byte[] head = file.headAt(at);
      if (head != null && (index.isOf(place, head) || !index.isValid(place))) {
        int length = file.lengthAt(at);
        add(new Step(at, null, at + length, hasHole));
        at += length;
        place++;
      } else {
        long next = head == null ? nextFrame(at, place) : at;
        int nextPlace = next < 0 ? -1 : placeOf(next, place);
        if (next >= 0 && nextPlace < 0) { // a copy of an earlier frame, or one of another log
          damaged = true;
          at = next + file.lengthAt(next);
        } else if (next >= 0) {
          lose(at, place, nextPlace, next);
          at = next;
          place = nextPlace;
        } else {
          break;
        }
      }
    }
    loseRest(at, place);
  }

  /** Offset of the next frame; -1 if none follows. */
  private long nextFrame(long damage, int place) throws IOException {
    if (index.isValid(place) && file.headAt(damage + index.length(place)) != null) {
      return damage + index.length(place);
    }
    for (long at = damage + 1; at < file.limit(); at++) {
      if (file.headAt(at) != null) {
        return at;
      }
    }
    return -1;
  }

  /** The place of a frame from {@code least} on; -1 if it does not belong there. */
  private int placeOf(long offset, int least) throws IOException {
    byte[] head = file.headAt(offset);
    if (head == null) {
      return -1;
    }
    Integer place = placesByChecksum().get(Frame.checksum(head));
    if (place != null) {
      return place >= least && index.isOf(place, head) ? place : -1;
    }
    // Its entry is damaged or was never written: the next place that has no entry.
    for (int i = least; i < index.size(); i++) {
      if (!index.isValid(i)) {
        return i;
      }
    }
    return Math.max(least, index.size());
  }

  private Map<Integer, Integer> placesByChecksum() {
    Map<Integer, Integer> places = placesByChecksum;
    if (places == null) {
      places = new HashMap<>();
      for (int i = 0; i < index.size(); i++) {
        if (index.isValid(i)) {
          places.putIfAbsent(index.checksum(i), i);
        }
      }
      placesByChecksum = places;
    }
    return places;
  }

  private void lose(long at, int from, int to, long next) {
    damaged = true;
    long offset = at;
    for (int place = from; place < to; place++) {
      if (index.isValid(place)) {
        long end = place == to - 1 ? next : offset + index.length(place);
        add(new Step(offset, index.lost(place), end, hasHole));
        offset += index.length(place);
      } else {
        hasHole = true;
      }
    }
    if (from == to) { // bytes that no entry explains
      hasHole |= from >= index.size();
    }
  }

  private void loseRest(long at, int firstPlace) {
    long offset = at;
    for (int place = firstPlace; place < index.size() && offset < limit; place++) {
      damaged = true;
      if (index.isValid(place)) {
        add(new Step(offset, index.lost(place), offset + index.length(place), hasHole));
        offset += index.length(place);
      } else {
        hasHole = true;
      }
    }
  }

  private void add(Step step) {
    steps.add(step);
  }
}
