package org.aragora.telemetry.exporter.spans.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The {@code partial_success} of an OTLP trace response: {@code {1: {1: rejected_spans, 2:
 * error_message}}} in protobuf. Any other body is read as nothing rejected.
 *
 * @param rejected number of spans that the backend rejected
 * @param message cause
 */
record PartialSuccess(long rejected, String message) {

  private static final int LENGTH_DELIMITED = 2;

  static PartialSuccess parse(byte[] response) {
    try {
      return parse(response, 0, response.length, 0);
    } catch (IndexOutOfBoundsException e) {
      return new PartialSuccess(0, "");
    }
  }

  private static PartialSuccess parse(byte[] bytes, int from, int to, int depth) {
    long rejected = 0;
    String message = "";
    int at = from;
    while (at < to) {
      Varint tag = Varint.read(bytes, at);
      Varint value = Varint.read(bytes, tag.next());
      at = value.next();
      int field = (int) (tag.value() >>> 3);
      if ((tag.value() & 7) == LENGTH_DELIMITED) {
        int length = Math.toIntExact(Math.min(value.value(), Integer.MAX_VALUE));
        if (length < 0 || length > to - at) {
          throw new IndexOutOfBoundsException("A field ends beyond the message.");
        }
        if (depth == 0 && field == 1) {
          return parse(bytes, at, at + length, 1);
        }
        if (field == 2) {
          message = new String(bytes, at, length, UTF_8);
        }
        at += length;
      } else if ((tag.value() & 7) != 0) {
        throw new IndexOutOfBoundsException("A field type that the message does not have.");
      } else if (depth == 1 && field == 1) {
        rejected = value.value();
      }
    }
    return new PartialSuccess(rejected, message);
  }

  private record Varint(long value, int next) {

    static Varint read(byte[] bytes, int from) {
      long value = 0;
      int at = from;
      for (int shift = 0; shift < 64; shift += 7) {
        byte b = bytes[at++];
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          return new Varint(value, at);
        }
      }
      throw new IndexOutOfBoundsException("A number that does not end.");
    }
  }
}
