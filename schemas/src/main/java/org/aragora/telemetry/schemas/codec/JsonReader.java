package org.aragora.telemetry.schemas.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.aragora.telemetry.schemas.text.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Reads bytes that are exactly one JSON object in UTF-8, to the last byte, and refuses all else:
 * other encodings, NaN and Infinity, duplicate names at any depth, trailing bytes, nesting over 64.
 * A byte order mark before the object is skipped, a lone surrogate becomes U+FFFD. Members and
 * elements over their bounds are parsed but not kept; the root then names the first such place.
 */
final class JsonReader {
  static final int MAX_DEPTH = 64;

  private static final JsonFactory TEXT =
      factory().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();

  /** Its parser finds names in a table, where a thousand that hash alike are slow to find. */
  private static final JsonFactory BYTES = factory().build();

  private static final int MAX_NAMES_OF_BYTES = 2_000;

  /**
   * A value that is not a JSON object by the rules above; the message has the error and its place.
   */
  static final class UndecodableException extends Exception {
    private static final long serialVersionUID = 1L;

    UndecodableException(String message) {
      super(message, null, false, false);
    }
  }

  private static JsonFactoryBuilder factory() {
    // The value's size is the only limit on its names, strings and numbers: they are valid JSON.
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxNameLength(EventCodec.MAX_VALUE_BYTES)
            .maxStringLength(EventCodec.MAX_VALUE_BYTES)
            .maxNumberLength(EventCodec.MAX_VALUE_BYTES)
            .build();
    return new JsonFactoryBuilder()
        .streamReadConstraints(constraints)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
        .recyclerPool(JsonRecyclerPools.newConcurrentDequePool());
  }

  /** The object that the bytes are. */
  JsonObject read(byte[] bytes) throws UndecodableException {
    return read(bytes, "");
  }

  /**
   * The object that the bytes are.
   *
   * @param place the object's own place in an event, empty for the event itself
   */
  JsonObject read(byte[] bytes, String place) throws UndecodableException {
    byte[] value = Utf8.withoutByteOrderMark(bytes);
    int error = Utf8.firstError(value);
    if (error >= 0) {
      throw new UndecodableException(
          String.format("byte %d (0x%02X) is not UTF-8", error, value[error] & 0xFF));
    }
    requireUtf8Start(value);
    // In UTF-8 without errors, only an escape can write half a surrogate pair.
    boolean surrogates = Utf8.contains(value, '\\') && hasSurrogateEscape(value);
    try {
      return parse(BYTES.createParser(value), place, surrogates, MAX_NAMES_OF_BYTES);
    } catch (UndecodableException e) {
      if (!surrogates) {
        throw e;
      }
    } catch (JsonDocument.TooManyNamesException e) {
      // read as text
    } catch (IOException e) {
      throw new UndecodableException(MessageText.shortened(String.valueOf(e.getMessage()), 160));
    }
    return readText(new String(value, StandardCharsets.UTF_8), place);
  }

  /**
   * The slower way, over characters: Jackson's parser of bytes refuses names with an escaped lone
   * surrogate, which are valid JSON (RFC 8259, section 8.2); its parser of characters reads them.
   * Without a table of names, it is also the faster one for names that hash alike.
   */
  private JsonObject readText(String text, String place) throws UndecodableException {
    try {
      return parse(TEXT.createParser(text.toCharArray()), place, true, Integer.MAX_VALUE);
    } catch (IOException e) {
      throw new UndecodableException(MessageText.shortened(String.valueOf(e.getMessage()), 160));
    }
  }

  private static boolean hasSurrogateEscape(byte[] value) {
    for (int i = 0; i + 2 < value.length; i++) {
      if (value[i] == '\\' && value[i + 1] == 'u' && (value[i + 2] | 0x20) == 'd') {
        return true;
      }
    }
    return false;
  }

  private static JsonObject parse(JsonParser open, String place, boolean surrogates, int maxNames)
      throws IOException, UndecodableException {
    try (JsonParser parser = open) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new UndecodableException("it does not start with {");
      }
      JsonObject object = new JsonDocument(parser, place, surrogates, maxNames).read();
      if (parser.nextToken() != null) {
        throw at(parser, "more follows the object");
      }
      return object;
    } catch (JsonProcessingException e) {
      throw at(e.getLocation(), MessageText.shortened(e.getOriginalMessage(), 160));
    }
  }

  /** The parser guesses UTF-16 and UTF-32 from zero bytes at the start and skips a BOM. */
  private static void requireUtf8Start(byte[] value) throws UndecodableException {
    for (int i = 0; i < Math.min(4, value.length); i++) {
      if (value[i] == 0 || (i == 0 && value[i] == (byte) 0xEF)) { // a second mark
        throw new UndecodableException("it does not start with {");
      }
    }
  }

  static UndecodableException at(JsonParser parser, String what) {
    return at(parser.currentLocation(), what);
  }

  private static UndecodableException at(@Nullable JsonLocation location, String what) {
    long offset = location == null ? -1 : location.getByteOffset();
    return new UndecodableException(offset < 0 ? what : what + ", near byte " + offset);
  }
}
