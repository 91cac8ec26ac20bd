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

  /** An id, agent or method: a string of 1 to {@link Bounds#NAME} code points. */
  String name(String field);

  /** A name, if there. */
  @Nullable String optionalName(String field);

  /** A string of 1 to {@link Bounds#ENDPOINT} code points. */
  String endpoint(String field);

  /** A name that may be empty: a string of up to {@link Bounds#NAME} code points. */
  String label(String field);

  /** A name that may be empty, if there. */
  @Nullable String optionalLabel(String field);

  /** Any string. */
  String text(String field);

  /** Any string, if there. */
  @Nullable String optionalText(String field);

  /** An integer of 0 or more; 5.0 is one too. */
  long count(String field);

  /** An integer of 0 or more, if there. */
  @Nullable Long optionalCount(String field);

  /** An integer from {@code min} to {@code max}. */
  long integer(String field, long min, long max);

  /** A duration: seconds from 0 to 1e9, returned in nanoseconds (exact, half even past the 9th). */
  long seconds(String field);

  /** The time between two heartbeats, in nanoseconds. */
  long interval(String field);

  /** A duration, if there, in nanoseconds. */
  @Nullable Long optionalSeconds(String field);

  /** A number that is finite as a double. */
  double number(String field);

  /** A finite number, if there. */
  @Nullable Double optionalNumber(String field);

  /** One of the values of an enum. */
  <E extends Enum<E>> E oneOf(String field, WireNames<E> names);

  /** An array of names that may be empty. */
  List<String> labels(String field);

  /** An object of integers of 0 or more under names that may be empty. */
  Map<String, Long> counts(String field);

  /**
   * Any object, if there, in the order of the document: String, Boolean, Long, Double, BigDecimal,
   * List, Map and null.
   */
  @Nullable Map<String, @Nullable Object> optionalObject(String field);
}
