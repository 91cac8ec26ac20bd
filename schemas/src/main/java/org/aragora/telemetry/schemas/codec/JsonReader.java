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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads bytes that are exactly one JSON object in UTF-8, to the last byte, and refuses all else:
 * other encodings, NaN and Infinity, duplicate names at any depth, trailing bytes, nesting over 64.
 */
final class JsonReader {
  static final int MAX_DEPTH = 64;
  private static final int LONG_DIGITS = 18;

  private final JsonFactory factory = createFactory();

  /**
   * A value that is not a JSON object by the rules above; the message has the error and its place.
   */
  static final class UndecodableException extends Exception {
    private static final long serialVersionUID = 1L;

    UndecodableException(String message) {
      super(message, null, false, false);
    }
  }

  private static JsonFactory createFactory() {
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
        .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
        .build();
  }

  /** The object that the bytes are. */
  JsonObject read(byte[] value) throws UndecodableException {
    int error = Utf8.firstError(value);
    if (error >= 0) {
      throw new UndecodableException(
          String.format("byte %d (0x%02X) is not UTF-8", error, value[error] & 0xFF));
    }
    requireUtf8Start(value);
    try {
      return parse(factory.createParser(value));
    } catch (UndecodableException e) {
      if (!hasSurrogateEscape(value)) {
        throw e;
      }
    } catch (IOException e) {
      throw new UndecodableException(MessageText.shortened(String.valueOf(e.getMessage()), 160));
    }
    return readText(new String(value, StandardCharsets.UTF_8));
  }

  /**
   * The slower way, over characters: Jackson's parser of bytes refuses names with an escaped lone
   * surrogate, which are valid JSON (RFC 8259, section 8.2); its parser of characters reads them.
   */
  private JsonObject readText(String text) throws UndecodableException {
    try {
      return parse(factory.createParser(text.toCharArray()));
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

  private static JsonObject parse(JsonParser open) throws IOException, UndecodableException {
    try (JsonParser parser = open) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new UndecodableException("it does not start with {");
      }
      JsonObject object = readObject(parser);
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
      if (value[i] == 0 || (i == 0 && value[i] == (byte) 0xEF)) {
        throw new UndecodableException("it does not start with {");
      }
    }
  }

  private static UndecodableException at(JsonParser parser, String what) {
    return at(parser.currentLocation(), what);
  }

  private static UndecodableException at(@Nullable JsonLocation location, String what) {
    long offset = location == null ? -1 : location.getByteOffset();
    return new UndecodableException(offset < 0 ? what : what + ", near byte " + offset);
  }

  private static JsonObject readObject(JsonParser parser) throws IOException, UndecodableException {
    JsonObject object = new JsonObject();
    String name;
    while ((name = parser.nextFieldName()) != null) {
      if (!object.add(name, readValue(parser, parser.nextToken()))) {
        throw at(parser, "field " + MessageText.value(name) + " is there twice");
      }
    }
    return object;
  }

  private static List<@Nullable Object> readArray(JsonParser parser)
      throws IOException, UndecodableException {
    List<@Nullable Object> array = new ArrayList<>();
    JsonToken token;
    while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
      array.add(readValue(parser, token));
    }
    return array;
  }

  private static @Nullable Object readValue(JsonParser parser, JsonToken token)
      throws IOException, UndecodableException {
    return switch (token) {
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT ->
          parser.getTextLength() <= LONG_DIGITS
              ? (Object) parser.getLongValue()
              : new JsonNumber(parser.getText());
      case VALUE_NUMBER_FLOAT -> new JsonNumber(parser.getText());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case START_OBJECT -> readObject(parser);
      case START_ARRAY -> readArray(parser);
      default -> throw at(parser, "unexpected " + token);
    };
  }
}
