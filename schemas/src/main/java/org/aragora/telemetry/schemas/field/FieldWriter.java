package org.aragora.telemetry.schemas.field;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Target to which a record writes its {@code data}, the mirror of {@link FieldReader}: each field
 * is written by the method that has the name of the one that reads it. So the method names the rule
 * of a field, and a writer can check it. It refuses nothing. What a host left null is left out.
 * Each method returns the writer, so that a record writes itself in one chain.
 */
public interface FieldWriter {

  /** A string that is not empty: an empty one is left out like null, for readers refuse it. */
  FieldWriter name(String field, @Nullable String value);

  /** A name; null or empty if absent. */
  default FieldWriter optionalName(String field, @Nullable String value) {
    return value == null ? this : name(field, value);
  }

  /** A longer name. */
  default FieldWriter endpoint(String field, @Nullable String value) {
    return name(field, value);
  }

  /** A name that may be empty. */
  default FieldWriter label(String field, @Nullable String value) {
    return text(field, value);
  }

  /** A name that may be empty; null if absent. */
  default FieldWriter optionalLabel(String field, @Nullable String value) {
    return value == null ? this : label(field, value);
  }

  /** Any string. */
  FieldWriter text(String field, @Nullable String value);

  /** Any string; null if absent. */
  default FieldWriter optionalText(String field, @Nullable String value) {
    return value == null ? this : text(field, value);
  }

  /** An integer of 0 or more. */
  default FieldWriter count(String field, long value) {
    return integer(field, value, 0, Long.MAX_VALUE);
  }

  /** An integer of 0 or more; null if absent. */
  default FieldWriter optionalCount(String field, @Nullable Long value) {
    return value == null ? this : count(field, value);
  }

  /** An integer from {@code min} to {@code max}. */
  FieldWriter integer(String field, long value, long min, long max);

  /** A duration in nanoseconds, written as decimal seconds without exponent, exactly. */
  FieldWriter seconds(String field, long nanos);

  /** The time between two heartbeats in nanoseconds, written like a duration. */
  default FieldWriter interval(String field, long nanos) {
    return seconds(field, nanos);
  }

  /** A duration; null if absent. */
  default FieldWriter optionalSeconds(String field, @Nullable Long nanos) {
    return nanos == null ? this : seconds(field, nanos);
  }

  /** A number; null is written if it is not finite. */
  FieldWriter number(String field, double value);

  /** A number; null if absent. */
  default FieldWriter optionalNumber(String field, @Nullable Double value) {
    return value == null ? this : number(field, value);
  }

  /** One of the values of an enum. */
  <E extends Enum<E>> FieldWriter oneOf(String field, WireNames<E> names, E value);

  /** An array of names that may be empty. */
  FieldWriter labels(String field, List<String> values);

  /** An object of integers, ordered by name so that equal events have equal bytes. */
  FieldWriter counts(String field, Map<String, Long> values);

  /**
   * Any object, in the map's own order; null if absent. A value of another type than {@link
   * FieldReader#optionalObject} returns is written as its {@code toString()}.
   */
  FieldWriter optionalObject(String field, @Nullable Map<String, @Nullable Object> value);
}
