package org.aragora.telemetry.schemas.field;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Target to which a record writes its {@code data}, the mirror of {@link FieldReader}. Null is left
 * out. Each method returns the writer, so that a record writes itself in one chain.
 */
public interface FieldWriter {

  /** A string that is not empty: an empty one is left out like null, for readers refuse it. */
  FieldWriter name(String field, @Nullable String value);

  /** Any string. */
  FieldWriter text(String field, @Nullable String value);

  /** An integer. */
  FieldWriter integer(String field, @Nullable Long value);

  /** A duration in nanoseconds, written as decimal seconds without exponent, exactly. */
  FieldWriter seconds(String field, @Nullable Long nanos);

  /** A number; null is written if it is not finite. */
  FieldWriter number(String field, @Nullable Double value);

  /** One of the values of an enum. */
  <E extends Enum<E>> FieldWriter oneOf(String field, WireNames<E> names, E value);

  /** An array of strings. */
  FieldWriter texts(String field, List<String> values);

  /** An object of integers, ordered by name so that equal events have equal bytes. */
  FieldWriter counts(String field, Map<String, Long> values);

  /**
   * Any object, in the map's own order. A value of another type than {@link
   * FieldReader#optionalObject} returns is written as its {@code toString()}.
   */
  FieldWriter object(String field, @Nullable Map<String, @Nullable Object> value);
}
