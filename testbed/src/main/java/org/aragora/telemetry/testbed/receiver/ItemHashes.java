package org.aragora.telemetry.testbed.receiver;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
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
        ByteBuffer.wrap(request),
        RESOURCE_SPANS,
        resource ->
            walk(
                resource,
                SCOPE_SPANS,
                scope -> walk(scope, SPANS, span -> each.accept(identity(span)))));
  }

  private static long identity(ByteBuffer span) {
    long[] hash = {FNV_OFFSET};
    for (int id : new int[] {TRACE_ID, SPAN_ID}) {
      walk(
          span.duplicate(),
          id,
          content -> {
            while (content.hasRemaining()) {
              hash[0] = mixed(hash[0], content.get());
            }
          });
    }
    return hash[0];
  }

  private static long mixed(long hash, int next) {
    return (hash ^ (next & 0xffff)) * FNV_PRIME;
  }

  /** Visits the content of each occurrence of a length-delimited field in a message. */
  private static void walk(ByteBuffer message, int field, Consumer<ByteBuffer> content) {
    while (message.hasRemaining()) {
      long tag = varint(message);
      switch ((int) (tag & 7)) {
        case 0 -> varint(message);
        case 1 -> skip(message, 8);
        case 5 -> skip(message, 4);
        case 2 -> {
          int from = skip(message, varint(message));
          if (tag >>> 3 == field) {
            content.accept(message.slice(from, message.position() - from));
          }
        }
        default -> throw new IndexOutOfBoundsException("A wire type that OTLP does not use.");
      }
    }
  }

  /** Skips bytes and returns the position before them. */
  private static int skip(ByteBuffer message, long bytes) {
    if (bytes < 0 || bytes > message.remaining()) {
      throw new IndexOutOfBoundsException("A field ends beyond its message.");
    }
    int from = message.position();
    message.position(from + (int) bytes);
    return from;
  }

  private static long varint(ByteBuffer message) {
    long value = 0;
    for (int shift = 0; shift < 64 && message.hasRemaining(); shift += 7) {
      byte b = message.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IndexOutOfBoundsException("A number that does not end.");
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
