package org.aragora.telemetry.schemas.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.aragora.telemetry.schemas.codec.JsonReader.UndecodableException;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.text.JsonNumber;
import org.aragora.telemetry.schemas.text.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Records in the binary mode of CloudEvents' Kafka binding: attributes are headers named {@code
 * ce_…}, the value is {@code data} as JSON. They become the object that structured mode writes.
 */
final class BinaryMode {
  private static final String PREFIX = "ce_";
  private static final String STRUCTURED = "application/cloudevents";
  private static final byte[] WRITTEN =
      "application/cloudevents+json".getBytes(StandardCharsets.US_ASCII);
  private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]{0,18})(\\.0{1,9})?");

  private BinaryMode() {}

  /** True if the headers have the type or the version; a structured content type wins. */
  static boolean isBinary(Iterable<Header> headers) {
    if (headers instanceof Collection<?> all && all.isEmpty()) {
      return false;
    }
    boolean attributes = false;
    for (Header header : headers) {
      String name = header.key();
      attributes |= name.equals("ce_specversion") || name.equals("ce_type");
      if (name.equalsIgnoreCase("content-type") && isStructured(header.value())) {
        return false;
      }
    }
    return attributes;
  }

  private static boolean isStructured(byte @Nullable [] contentType) {
    if (contentType == null || Arrays.equals(contentType, WRITTEN)) {
      return contentType != null;
    }
    String type = new String(contentType, StandardCharsets.ISO_8859_1);
    return type.strip().toLowerCase(Locale.ROOT).startsWith(STRUCTURED);
  }

  static JsonObject read(JsonReader reader, Iterable<Header> headers, byte[] value)
      throws UndecodableException {
    JsonObject data = reader.read(value, "data");
    JsonObject envelope = new JsonObject();
    envelope.setBrokenBound(data.brokenBound());
    for (Header header : headers) {
      String name = header.key();
      // No attribute is called data or data_base64: that is the value.
      if (name.startsWith(PREFIX) && !name.startsWith("data", PREFIX.length())) {
        add(envelope, name, attribute(name, header.value()));
      }
    }
    envelope.add("data", data);
    return envelope;
  }

  private static void add(JsonObject envelope, String header, @Nullable Object attribute)
      throws UndecodableException {
    String name = header.substring(PREFIX.length());
    if (envelope.size() >= Bounds.MEMBERS - 1 && !name.equals(Envelope.TYPE)) {
      envelope.setBrokenBound(
          "The event must have at most %d members but has more.".formatted(Bounds.MEMBERS));
    } else if (!envelope.add(name, attribute)) {
      throw new UndecodableException(
          "header " + MessageText.shortened(header, 120) + " is there twice");
    }
  }

  private static @Nullable Object attribute(String header, byte @Nullable [] bytes)
      throws UndecodableException {
    if (bytes == null) {
      return null;
    }
    if (Utf8.firstError(bytes) >= 0) {
      throw new UndecodableException(
          "header " + MessageText.shortened(header, 120) + " is not UTF-8");
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    // A header is text; of the attributes, seq alone is a number.
    return header.equals("ce_seq") && INTEGER.matcher(text).matches() ? new JsonNumber(text) : text;
  }
}
