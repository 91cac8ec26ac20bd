package org.aragora.telemetry.schemas.codec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.aragora.telemetry.schemas.codec.JsonReader.UndecodableException;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.text.JsonNumber;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;

/** One document that is being read; keeps no more of it than the bounds allow. */
final class JsonDocument {
  private static final int LONG_DIGITS = 18;

  private final JsonParser parser;
  private final String place;
  private final boolean surrogates;
  private final int maxNames;
  private int readNames;
  private @Nullable String brokenBound;

  /**
   * @param parser at the start of the root object
   * @param place the root's own place in an event, empty for the event itself
   * @param surrogates if strings may hold lone surrogates
   * @param maxNames members of all objects together
   */
  JsonDocument(JsonParser parser, String place, boolean surrogates, int maxNames) {
    this.parser = parser;
    this.place = place;
    this.surrogates = surrogates;
    this.maxNames = maxNames;
  }

  /** The document has more members than this reader takes. */
  static final class TooManyNamesException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  JsonObject read() throws IOException, UndecodableException {
    JsonObject root = readObject(true);
    root.setBrokenBound(brokenBound);
    return root;
  }

  private JsonObject readObject(boolean root) throws IOException, UndecodableException {
    JsonObject object = new JsonObject();
    String raw;
    while ((raw = parser.nextFieldName()) != null) {
      countName();
      String name = text(raw);
      JsonToken token = parser.nextToken();
      // The root's type is kept wherever it stands: an unknown one is the earlier reason.
      boolean isType = root && name.equals(Envelope.TYPE);
      if (object.size() >= Bounds.MEMBERS && !isType) {
        noteBroken("members", Bounds.MEMBERS);
        skip(token);
      } else if (!object.add(name, readValue(token))) {
        throw JsonReader.at(parser, "field " + MessageText.value(name) + " is there twice");
      }
    }
    if (object.size() > Bounds.MEMBERS) {
      noteBroken("members", Bounds.MEMBERS);
    }
    return object;
  }

  private List<@Nullable Object> readArray() throws IOException, UndecodableException {
    List<@Nullable Object> array = new ArrayList<>();
    JsonToken token;
    while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
      if (array.size() >= Bounds.ELEMENTS) {
        noteBroken("elements", Bounds.ELEMENTS);
        skip(token);
      } else {
        array.add(readValue(token));
      }
    }
    return array;
  }

  /** Past a value that is not kept; it must be JSON all the same. */
  private void skip(JsonToken token) throws IOException {
    if (!token.isStructStart()) {
      parser.finishToken();
      return;
    }
    for (int depth = 1; depth > 0; ) {
      JsonToken next = parser.nextToken();
      if (next == JsonToken.FIELD_NAME) {
        countName();
      } else if (next == null || next.isStructEnd()) {
        depth--;
      } else if (next.isStructStart()) {
        depth++;
      }
    }
  }

  private void countName() throws TooManyNamesException {
    if (++readNames > maxNames) {
      throw new TooManyNamesException();
    }
  }

  private void noteBroken(String what, int bound) {
    if (brokenBound == null) {
      JsonPointer within = parser.getParsingContext().pathAsPointer().head();
      String at = place + (within == null ? "" : within.toString().replace('/', '.'));
      String path = MessageText.shortened(at.startsWith(".") ? at.substring(1) : at, 120);
      brokenBound =
          "%s must have at most %d %s but has more."
              .formatted(path.isEmpty() ? "The event" : "Field " + path, bound, what);
    }
  }

  private String text(String raw) {
    return surrogates ? Unicode.wellFormed(raw) : raw;
  }

  private @Nullable Object readValue(JsonToken token) throws IOException, UndecodableException {
    return switch (token) {
      case VALUE_STRING -> text(parser.getText());
      case VALUE_NUMBER_INT ->
          parser.getTextLength() <= LONG_DIGITS
              ? (Object) parser.getLongValue()
              : new JsonNumber(parser.getText());
      case VALUE_NUMBER_FLOAT -> new JsonNumber(parser.getText());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case START_OBJECT -> readObject(false);
      case START_ARRAY -> readArray();
      default -> throw JsonReader.at(parser, "unexpected " + token);
    };
  }
}
