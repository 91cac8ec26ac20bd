package org.aragora.telemetry.schemas.field;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Source from which a record reads its {@code data}, field by field, under the names on the wire.
 * Each method is one kind of field with its rule. If a value breaks the rule, the implementation
 * throws and the event is a dead letter. Methods named {@code optional…} return null for a field
 * that is absent or null; the others refuse it.
 *
 * <pre>{@code
 * public static RoundCompleted read(FieldReader in) {
 *   return new RoundCompleted(
 *       in.name("debate_id"), in.count("round"), in.seconds("duration_seconds"));
 * }
 * }</pre>
 */
public interface FieldReader {

  /** An id, agent, method or endpoint: a string that is not empty. */
  String name(String field);

  /** A string that is not empty, if there. */
  @Nullable String optionalName(String field);

  /** Any string. */
  String text(String field);

  /** Any string, if there. */
  @Nullable String optionalText(String field);

  /** An integer of 0 or more; 5.0 is one too. */
  long count(String field);

  /** An integer of 0 or more, if there. */
  @Nullable Long optionalCount(String field);

  /** An integer from {@code min} to {@code max}. */
  int integer(String field, int min, int max);

  /** A duration: seconds from 0 to 1e9, returned in nanoseconds (exact, half even past the 9th). */
  long seconds(String field);

  /** A duration, if there, in nanoseconds. */
  @Nullable Long optionalSeconds(String field);

  /** A number that is finite as a double. */
  double number(String field);

  /** A finite number, if there. */
  @Nullable Double optionalNumber(String field);

  /** One of the values of an enum. */
  <E extends Enum<E>> E oneOf(String field, WireNames<E> names);

  /** An array of strings. */
  List<String> texts(String field);

  /** An object whose values are integers of 0 or more. */
  Map<String, Long> counts(String field);

  /**
   * Any object, if there, in the order of the document: String, Boolean, Long, Double, BigDecimal,
   * List, Map and null.
   */
  @Nullable Map<String, @Nullable Object> optionalObject(String field);
}
