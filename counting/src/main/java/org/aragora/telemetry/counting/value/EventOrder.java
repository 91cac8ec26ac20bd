package org.aragora.telemetry.counting.value;

import java.util.Comparator;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;

/**
 * Total order of events, equal in every process: by event time, then by the identity of the event.
 *
 * @param timeNanos event time, nanoseconds since 1970
 * @param source source of the event
 * @param epoch run of the producer, empty if none
 * @param seq number in the run, 0 if none
 * @param id id of the event
 */
public record EventOrder(long timeNanos, String source, String epoch, long seq, String id)
    implements Comparable<EventOrder> {
  /** Before every event. */
  public static final EventOrder NONE = new EventOrder(Long.MIN_VALUE, "", "", 0, "");

  private static final Comparator<EventOrder> ORDER =
      Comparator.comparingLong(EventOrder::timeNanos)
          .thenComparing(EventOrder::source)
          .thenComparing(EventOrder::epoch)
          .thenComparingLong(EventOrder::seq)
          .thenComparing(EventOrder::id);

  @Override
  public int compareTo(EventOrder other) {
    return ORDER.compare(this, other);
  }

  public boolean isAfter(EventOrder other) {
    return compareTo(other) > 0;
  }

  void write(BinaryWriter out) {
    out.writeSigned(timeNanos)
        .writeString(source)
        .writeString(epoch)
        .writeSigned(seq)
        .writeString(id);
  }

  static EventOrder read(BinaryReader in) {
    return new EventOrder(
        in.readSigned(), in.readString(), in.readString(), in.readSigned(), in.readString());
  }
}
