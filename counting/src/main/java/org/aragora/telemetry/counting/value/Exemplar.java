package org.aragora.telemetry.counting.value;

import java.util.Comparator;
import java.util.HexFormat;
import org.aragora.telemetry.counting.store.BinaryReader;
import org.aragora.telemetry.counting.store.BinaryWriter;
import org.aragora.telemetry.schemas.envelope.TraceparentFormat;

/**
 * A sampled trace as an example of the values in a bucket. Their order is total and a function of
 * the events alone, so that the greatest of a bucket is the same in every order of arrival.
 *
 * @param timeNanos event time, nanoseconds since 1970
 * @param traceHigh first half of the trace id
 * @param traceLow second half of the trace id
 * @param span id of the span
 * @param units the value that was observed
 */
public record Exemplar(long timeNanos, long traceHigh, long traceLow, long span, long units)
    implements Comparable<Exemplar> {
  private static final Comparator<Exemplar> ORDER =
      Comparator.comparingLong(Exemplar::timeNanos)
          .thenComparing(Exemplar::traceHigh, Long::compareUnsigned)
          .thenComparing(Exemplar::traceLow, Long::compareUnsigned)
          .thenComparing(Exemplar::span, Long::compareUnsigned)
          .thenComparingLong(Exemplar::units);

  private static final HexFormat HEX = HexFormat.of();
  private static final int DIGITS_OF_A_LONG = 16;

  /** The trace of a valid traceparent. */
  public static Exemplar of(String traceparent, long timeNanos, long units) {
    String trace = TraceparentFormat.traceId(traceparent);
    return new Exemplar(
        timeNanos,
        HexFormat.fromHexDigitsToLong(trace, 0, DIGITS_OF_A_LONG),
        HexFormat.fromHexDigitsToLong(trace, DIGITS_OF_A_LONG, 2 * DIGITS_OF_A_LONG),
        HexFormat.fromHexDigitsToLong(TraceparentFormat.spanId(traceparent)),
        units);
  }

  /** 32 hex digits. */
  public String traceId() {
    return HEX.toHexDigits(traceHigh) + HEX.toHexDigits(traceLow);
  }

  /** 16 hex digits. */
  public String spanId() {
    return HEX.toHexDigits(span);
  }

  @Override
  public int compareTo(Exemplar other) {
    return ORDER.compare(this, other);
  }

  void write(BinaryWriter out) {
    out.writeFixed64(timeNanos)
        .writeFixed64(traceHigh)
        .writeFixed64(traceLow)
        .writeFixed64(span)
        .writeUnsigned(units);
  }

  static Exemplar read(BinaryReader in) {
    return new Exemplar(
        in.readFixed64(), in.readFixed64(), in.readFixed64(), in.readFixed64(), in.readUnsigned());
  }
}
