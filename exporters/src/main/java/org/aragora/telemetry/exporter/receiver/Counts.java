package org.aragora.telemetry.exporter.receiver;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** How many spans or lines a request holds, without building them. */
final class Counts {

  private static final int RESOURCE_SPANS = 1;
  private static final int SCOPE_SPANS = 2;
  private static final int SPANS = 2;

  private Counts() {}

  /** Spans of an ExportTraceServiceRequest: resource_spans (1), scope_spans (2), spans (2). */
  static long spans(byte[] request) {
    return count(request, 0, request.length, RESOURCE_SPANS, SCOPE_SPANS, SPANS);
  }

  private static long count(byte[] bytes, int from, int to, int... path) {
    long count = 0;
    int at = from;
    while (at < to) {
      long tag = varint(bytes, at);
      at = afterVarint(bytes, at);
      int wire = (int) (tag & 7);
      if (wire == 0) {
        at = afterVarint(bytes, at);
      } else if (wire == 1) {
        at += 8;
      } else if (wire == 5) {
        at += 4;
      } else if (wire == 2) {
        long length = varint(bytes, at);
        at = afterVarint(bytes, at);
        if (length < 0 || length > to - at) {
          throw new IndexOutOfBoundsException("A field ends beyond its message.");
        }
        int end = at + (int) length;
        if (tag >>> 3 == path[0]) {
          count += path.length == 1 ? 1 : count(bytes, at, end, rest(path));
        }
        at = end;
      } else {
        throw new IndexOutOfBoundsException("A wire type that OTLP does not use.");
      }
    }
    return count;
  }

  private static int[] rest(int... path) {
    int[] rest = new int[path.length - 1];
    System.arraycopy(path, 1, rest, 0, rest.length);
    return rest;
  }

  private static long varint(byte[] bytes, int from) {
    long value = 0;
    int at = from;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = bytes[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IndexOutOfBoundsException("A number that does not end.");
  }

  private static int afterVarint(byte[] bytes, int from) {
    int at = from;
    while (bytes[at] < 0) {
      at++;
    }
    return at + 1;
  }

  /** Entries of a push: the arrays within each stream's {@code values}. */
  static long lines(JsonFactory json, byte[] push) throws IOException {
    long count = 0;
    try (JsonParser parser = json.createParser(push)) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.FIELD_NAME
            && "values".equals(parser.currentName())) {
          parser.nextToken();
          while (parser.nextToken() == JsonToken.START_ARRAY) {
            parser.skipChildren();
            count++;
          }
        }
      }
    }
    return count;
  }
}
