package org.aragora.telemetry.quickstart;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the account needs to know of a record, read without the pipeline's own codec.
 *
 * @param source who wrote it
 * @param type of the event, without {@code ai.aragora.} and version
 * @param status of a request or a call, as text
 * @param debateId of a debate's event
 */
record EventFacts(
    @Nullable String source,
    @Nullable String type,
    @Nullable String status,
    @Nullable String debateId) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final String PREFIX = "ai.aragora.";
  private static final String VERSION = ".v1";

  /** Nothing is known of what is no event. */
  static final EventFacts NONE = new EventFacts(null, null, null, null);

  static EventFacts of(byte @Nullable [] value) {
    if (value == null) {
      return NONE;
    }
    try (JsonParser json = JSON.createParser(value)) {
      return json.nextToken() == JsonToken.START_OBJECT ? read(json) : NONE;
    } catch (IOException e) {
      return NONE;
    }
  }

  private static EventFacts read(JsonParser json) throws IOException {
    EventFacts facts = NONE;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken token = json.nextToken();
      if ("data".equals(name) && token == JsonToken.START_OBJECT) {
        facts = facts.withData(json);
      } else if ("source".equals(name) && token == JsonToken.VALUE_STRING) {
        facts = new EventFacts(json.getText(), facts.type(), facts.status(), facts.debateId());
      } else if ("type".equals(name) && token == JsonToken.VALUE_STRING) {
        facts =
            new EventFacts(facts.source(), kind(json.getText()), facts.status(), facts.debateId());
      } else {
        json.skipChildren();
      }
    }
    return facts;
  }

  private EventFacts withData(JsonParser json) throws IOException {
    EventFacts facts = this;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if ("status".equals(name)) {
        facts = new EventFacts(facts.source(), facts.type(), json.getText(), facts.debateId());
      } else if ("debate_id".equals(name)) {
        facts = new EventFacts(facts.source(), facts.type(), facts.status(), json.getText());
      }
      json.skipChildren();
    }
    return facts;
  }

  private static String kind(String type) {
    return type.startsWith(PREFIX) && type.endsWith(VERSION)
        ? type.substring(PREFIX.length(), type.length() - VERSION.length())
        : type;
  }
}
