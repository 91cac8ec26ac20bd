package org.aragora.telemetry.producer.spool.segment;

/**
 * A place in the log of a topic.
 *
 * @param segment ordinal of the first event of the file
 * @param offset in bytes
 */
public record Position(long segment, long offset) implements Comparable<Position> {

  @Override
  public int compareTo(Position other) {
    int bySegment = Long.compare(segment, other.segment);
    return bySegment != 0 ? bySegment : Long.compare(offset, other.offset);
  }
}
