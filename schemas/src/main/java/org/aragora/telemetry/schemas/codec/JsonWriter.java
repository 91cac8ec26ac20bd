package org.aragora.telemetry.schemas.codec;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.field.FieldWriter;
import org.aragora.telemetry.schemas.field.WireNames;
import org.aragora.telemetry.schemas.text.Rfc3339;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON document without white space, field by field. It checks each by the rule that
 * {@link JsonFieldReader} has for the same kind of field.
 */
final class JsonWriter implements FieldWriter {
  private static final long NANOS = 1_000_000_000L;
  private static final long MAX_SECONDS = 1_000_000_000L;

  private final JsonOutput json = new JsonOutput();

  byte[] toBytes() {
    return json.bytes().toBytes();
  }

  /**
   * Returns true if every field so far is certain to be read as it is, by the rule of its kind and
   * the bounds of JSON. False if one is not or may not be.
   */
  boolean isSure() {
    return json.isSure();
  }

  private JsonWriter unsure() {
    json.check(false);
    return this;
  }

  JsonWriter begin() {
    json.begin();
    return this;
  }

  JsonWriter begin(String field) {
    json.field(field).begin();
    return this;
  }

  JsonWriter end() {
    json.end();
    return this;
  }

  @Override
  public JsonWriter name(String field, @Nullable String value) {
    return value == null || value.isEmpty() ? unsure() : bounded(field, value, Bounds.NAME);
  }

  @Override
  public JsonWriter optionalName(String field, @Nullable String value) {
    return value == null ? this : name(field, value);
  }

  @Override
  public JsonWriter endpoint(String field, @Nullable String value) {
    return value == null || value.isEmpty() ? unsure() : bounded(field, value, Bounds.ENDPOINT);
  }

  @Override
  public JsonWriter label(String field, @Nullable String value) {
    return value == null ? unsure() : bounded(field, value, Bounds.NAME);
  }

  @Override
  public JsonWriter text(String field, @Nullable String value) {
    return value == null ? unsure() : bounded(field, value, Integer.MAX_VALUE);
  }

  private JsonWriter bounded(String field, String value, int most) {
    json.check(!Unicode.isLongerThan(value, most));
    json.field(field).string(value);
    return this;
  }

  /** A text of ours: ASCII without anything to escape. */
  JsonWriter constant(String field, String value) {
    json.field(field);
    json.bytes().append('"').appendAscii(value).append('"');
    return this;
  }

  JsonWriter time(String field, @Nullable Instant value) {
    if (value != null) {
      json.field(field);
      json.bytes().append('"');
      Rfc3339.append(json.bytes(), value);
      json.bytes().append('"');
    }
    return this;
  }

  @Override
  public JsonWriter integer(String field, long value, long min, long max) {
    json.check(value >= min && value <= max);
    json.field(field);
    json.bytes().appendNumber(value);
    return this;
  }

  @Override
  public JsonWriter seconds(String field, long nanos) {
    return seconds(field, nanos, 0, MAX_SECONDS);
  }

  @Override
  public JsonWriter interval(String field, long nanos) {
    return seconds(field, nanos, Bounds.MIN_INTERVAL_SECONDS, Bounds.MAX_INTERVAL_SECONDS);
  }

  private JsonWriter seconds(String field, long nanos, long min, long max) {
    json.check(nanos >= min * NANOS && nanos <= max * NANOS);
    json.field(field);
    if (nanos < 0 && nanos > -NANOS) {
      json.bytes().append('-');
    }
    json.bytes().appendNumber(nanos / NANOS).appendFraction((int) Math.abs(nanos % NANOS));
    return this;
  }

  @Override
  public JsonWriter number(String field, double value) {
    json.field(field).value(value);
    return this;
  }

  @Override
  public <E extends Enum<E>> JsonWriter oneOf(String field, WireNames<E> names, E value) {
    return constant(field, names.of(value));
  }

  @Override
  public JsonWriter labels(String field, List<String> values) {
    json.check(areLabels(values));
    json.field(field).value(values);
    return this;
  }

  /** False for what only a host without our annotations holds: no list, no strings. */
  private static boolean areLabels(@Nullable List<?> values) {
    boolean labels = values != null;
    if (values != null) {
      for (Object value : values) {
        labels &= value instanceof String text && !Unicode.isLongerThan(text, Bounds.NAME);
      }
    }
    return labels;
  }

  @Override
  public JsonWriter counts(String field, Map<String, Long> values) {
    json.field(field).value(new TreeMap<>(values));
    return unsure();
  }

  @Override
  public JsonWriter optionalObject(String field, @Nullable Map<String, @Nullable Object> value) {
    if (value != null) {
      json.field(field).value(value);
    }
    return this;
  }
}
