package org.aragora.telemetry.schemas.codec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.field.FieldReader;
import org.aragora.telemetry.schemas.field.WireNames;
import org.aragora.telemetry.schemas.text.JsonNumber;
import org.aragora.telemetry.schemas.text.Unicode;
import org.jspecify.annotations.Nullable;

/**
 * Checks the rules of fields on the members of a {@link JsonObject}. Each member is looked up once:
 * a second look-up would go round the whole object.
 */
final class JsonFieldReader implements FieldReader {
  private static final long MAX_SECONDS = 1_000_000_000L;
  private static final long NANOS = 1_000_000_000L;

  private final JsonObject object;
  private final String prefix;

  /** A field that breaks its rule; the message is the dead letter's. */
  static final class InvalidFieldException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The sentence {@code Field data.status must be … but is …}. */
    InvalidFieldException(String field, String must, String is) {
      super("Field " + field + " must be " + must + " but is " + is + ".", null, false, false);
    }
  }

  /**
   * @param prefix prefix of a field's name in messages, such as {@code data.}
   */
  JsonFieldReader(JsonObject object, String prefix) {
    this.object = object;
    this.prefix = prefix;
  }

  @Override
  public String name(String field) {
    return name(field, object.get(field));
  }

  /** A string of 1 to {@code most} code points. */
  String name(String field, int most) {
    return bounded(field, object.get(field), 1, most);
  }

  private String name(String field, @Nullable Object value) {
    return bounded(field, value, 1, Bounds.NAME);
  }

  private String bounded(String field, @Nullable Object value, int least, int most) {
    if (!(value instanceof String text) || text.length() < least) {
      throw invalid(field, least == 0 ? "a string" : "a string that is not empty", value);
    }
    if (Unicode.isLongerThan(text, most)) {
      throw invalid(field, "a string of at most " + most + " characters", value);
    }
    return text;
  }

  @Override
  public @Nullable String optionalName(String field) {
    Object value = object.get(field);
    return value == null ? null : name(field, value);
  }

  @Override
  public String endpoint(String field) {
    return bounded(field, object.get(field), 1, Bounds.ENDPOINT);
  }

  @Override
  public String label(String field) {
    return bounded(field, object.get(field), 0, Bounds.NAME);
  }

  @Override
  public @Nullable String optionalLabel(String field) {
    Object value = object.get(field);
    return value == null ? null : bounded(field, value, 0, Bounds.NAME);
  }

  @Override
  public String text(String field) {
    return text(field, object.get(field));
  }

  private String text(String field, @Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw invalid(field, "a string", value);
  }

  @Override
  public @Nullable String optionalText(String field) {
    Object value = object.get(field);
    return value == null ? null : text(field, value);
  }

  @Override
  public long count(String field) {
    return count(field, object.get(field));
  }

  private long count(String field, @Nullable Object value) {
    Long count = integral(value);
    if (count != null && count >= 0) {
      return count;
    }
    throw invalid(field, "an integer of 0 or more", value);
  }

  @Override
  public @Nullable Long optionalCount(String field) {
    Object value = object.get(field);
    return value == null ? null : (Long) count(field, value);
  }

  @Override
  public long integer(String field, long min, long max) {
    return integer(field, object.get(field), min, max);
  }

  long integer(String field, @Nullable Object value, long min, long max) {
    Long integer = integral(value);
    if (integer != null && integer >= min && integer <= max) {
      return integer;
    }
    throw invalid(field, "an integer from " + min + " to " + max, value);
  }

  @Override
  public long seconds(String field) {
    return seconds(field, object.get(field));
  }

  private long seconds(String field, @Nullable Object value) {
    Long nanos = null;
    if (value instanceof JsonNumber number) {
      nanos = number.toNanos();
    } else if (value instanceof Long seconds && seconds >= 0 && seconds <= MAX_SECONDS) {
      nanos = seconds * NANOS;
    }
    if (nanos != null) {
      return nanos;
    }
    throw invalid(field, "a number of seconds from 0 to 1000000000", value);
  }

  @Override
  public long interval(String field) {
    Object value = object.get(field);
    boolean within =
        value instanceof JsonNumber number
            ? number.compareTo(Bounds.MIN_INTERVAL_SECONDS) >= 0
                && number.compareTo(Bounds.MAX_INTERVAL_SECONDS) <= 0
            : value instanceof Long seconds
                && seconds >= Bounds.MIN_INTERVAL_SECONDS
                && seconds <= Bounds.MAX_INTERVAL_SECONDS;
    if (!within) {
      throw invalid(field, "a number of seconds from 1 to 3600", value);
    }
    return seconds(field, value);
  }

  @Override
  public @Nullable Long optionalSeconds(String field) {
    Object value = object.get(field);
    return value == null ? null : (Long) seconds(field, value);
  }

  @Override
  public double number(String field) {
    return number(field, object.get(field));
  }

  private double number(String field, @Nullable Object value) {
    double number = Double.NaN;
    if (value instanceof JsonNumber text) {
      number = text.toDouble();
    } else if (value instanceof Long integer) {
      number = integer.doubleValue();
    }
    if (Double.isFinite(number)) {
      return number;
    }
    throw invalid(field, "a finite number", value);
  }

  @Override
  public @Nullable Double optionalNumber(String field) {
    Object value = object.get(field);
    return value == null ? null : (Double) number(field, value);
  }

  @Override
  public <E extends Enum<E>> E oneOf(String field, WireNames<E> names) {
    Object value = object.get(field);
    E constant = value instanceof String text ? names.find(text) : null;
    if (constant != null) {
      return constant;
    }
    throw invalid(field, "one of " + String.join(", ", names.all()), value);
  }

  @Override
  public List<String> labels(String field) {
    Object value = object.get(field);
    if (!(value instanceof List<?> array)) {
      throw invalid(field, "an array of strings", value);
    }
    List<String> labels = new ArrayList<>(array.size());
    for (Object element : array) {
      labels.add(bounded(field + "[" + labels.size() + "]", element, 0, Bounds.NAME));
    }
    return labels;
  }

  @Override
  public Map<String, Long> counts(String field) {
    Object value = object.get(field);
    if (!(value instanceof JsonObject members)) {
      throw invalid(field, "an object of integers", value);
    }
    JsonFieldReader reader = new JsonFieldReader(members, prefix + field + ".");
    Map<String, Long> counts = new LinkedHashMap<>();
    for (int i = 0; i < members.size(); i++) {
      String name = bounded(field + "'s name", members.nameAt(i), 0, Bounds.NAME);
      counts.put(name, reader.count(name, members.valueAt(i)));
    }
    return counts;
  }

  @Override
  public @Nullable Map<String, @Nullable Object> optionalObject(String field) {
    Object value = object.get(field);
    if (value == null) {
      return null;
    }
    if (value instanceof JsonObject members) {
      return map(members);
    }
    throw invalid(field, "an object", value);
  }

  /** The value as a long, null if it is not integral or does not fit. */
  static @Nullable Long integral(@Nullable Object value) {
    if (value instanceof Long integer) {
      return integer;
    }
    return value instanceof JsonNumber number ? number.toLong() : null;
  }

  private static Map<String, @Nullable Object> map(JsonObject members) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < members.size(); i++) {
      map.put(members.nameAt(i), plain(members.valueAt(i)));
    }
    return Collections.unmodifiableMap(map);
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof JsonNumber number) {
      return number.toObject();
    }
    if (value instanceof JsonObject members) {
      return map(members);
    }
    if (value instanceof List<?> array) {
      List<@Nullable Object> list = new ArrayList<>(array.size());
      for (Object element : array) {
        list.add(plain(element));
      }
      return Collections.unmodifiableList(list);
    }
    return value;
  }

  InvalidFieldException invalid(String field, String must, @Nullable Object value) {
    String is = MessageText.value(value);
    return new InvalidFieldException(MessageText.shortened(prefix + field, 120), must, is);
  }
}
