package org.aragora.telemetry.testbed.receiver;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.function.LongConsumer;

/**
 * Hashes of the spans or lines in a request, computed without building them. A repetition has the
 * same 64-bit hash; two different items share one with probability 10^-19.
 */
final class ItemHashes {

  private static final int RESOURCE_SPANS = 1;
  private static final int SCOPE_SPANS = 2;
  private static final int SPANS = 2;
  private static final int TRACE_ID = 1;
  private static final int SPAN_ID = 2;
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private ItemHashes() {}

  /** Spans of an ExportTraceServiceRequest: resource_spans (1), scope_spans (2), spans (2). */
  static void spans(byte[] request, LongConsumer each) {
    walk(
        request,
        0,
        request.length,
        RESOURCE_SPANS,
        (from, to) ->
            walk(
                request,
                from,
                to,
                SCOPE_SPANS,
                (start, end) ->
                    walk(
                        request,
                        start,
                        end,
                        SPANS,
                        (first, last) -> each.accept(identity(request, first, last)))));
  }

  private static long identity(byte[] bytes, int from, int to) {
    long[] hash = {FNV_OFFSET};
    for (int id : new int[] {TRACE_ID, SPAN_ID}) {
      walk(
          bytes,
          from,
          to,
          id,
          (start, end) -> {
            for (int i = start; i < end; i++) {
              hash[0] = mixed(hash[0], bytes[i]);
            }
          });
    }
    return hash[0];
  }

  private static long mixed(long hash, int next) {
    return (hash ^ (next & 0xffff)) * FNV_PRIME;
  }

  /** Receives the bounds of a field's content. */
  private interface Content {
    void at(int from, int to);
  }

  /** Visits each occurrence of a length-delimited field in the message between two positions. */
  private static void walk(byte[] bytes, int from, int to, int field, Content content) {
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
        if (tag >>> 3 == field) {
          content.at(at, end);
        }
        at = end;
      } else {
        throw new IndexOutOfBoundsException("A wire type that OTLP does not use.");
      }
    }
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

  /**
   * Entries of a push: the arrays within each stream's {@code values}. Like Loki, identifies an
   * entry by its time, its line and the labels of its stream.
   */
  static void lines(JsonFactory json, byte[] push, LongConsumer each) throws IOException {
    try (JsonParser parser = json.createParser(push)) {
      long labels = FNV_OFFSET;
      while (parser.nextToken() != null) {
        if (parser.currentToken() != JsonToken.FIELD_NAME) {
          continue;
        }
        if ("stream".equals(parser.currentName())) {
          parser.nextToken();
          labels = FNV_OFFSET;
          while (parser.nextToken() != JsonToken.END_OBJECT) {
            labels = mixed(labels, parser);
          }
        } else if ("values".equals(parser.currentName())) {
          parser.nextToken();
          while (parser.nextToken() == JsonToken.START_ARRAY) {
            each.accept(entry(parser, labels));
          }
        }
      }
    }
  }

  private static long entry(JsonParser parser, long labels) throws IOException {
    parser.nextToken();
    long hash = mixed(labels, parser);
    parser.nextToken();
    hash = mixed(hash, parser);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      parser.skipChildren();
    }
    return hash;
  }

  private static long mixed(long before, JsonParser token) throws IOException {
    long hash = before;
    char[] text = token.getTextCharacters();
    int end = token.getTextOffset() + token.getTextLength();
    for (int i = token.getTextOffset(); i < end; i++) {
      hash = mixed(hash, text[i]);
    }
    return mixed(hash, 0xffff);
  }
}
