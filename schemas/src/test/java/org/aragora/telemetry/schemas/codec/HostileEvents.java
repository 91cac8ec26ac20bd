package org.aragora.telemetry.schemas.codec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.field.Bounds;
import org.jspecify.annotations.Nullable;

/**
 * Events as a host may hand them over: mostly usual values, and between them those at and past
 * every bound, malformed Unicode, nulls where none belong, and objects of another class.
 */
final class HostileEvents {
  private static final List<String> USUAL =
      List.of(
          "a", "r-19", "/api/{id}?q=1", "ünï✓😀", "two\nlines \"quoted\" \\", "GET", "\u007f\0");
  private static final List<@Nullable String> TEXTS =
      Arrays.asList(
          null,
          "",
          " ",
          "\uFFFD",
          "\uFEFF",
          "\u2028\u0085",
          "\ud800",
          "a\udc00b",
          "\udc00\ud800",
          "\ud83d\ude00\ud83d",
          "\\ud800",
          "a".repeat(Bounds.NAME),
          "a".repeat(Bounds.NAME + 1),
          "😀".repeat(Bounds.NAME),
          "😀".repeat(Bounds.NAME) + "a",
          "\"".repeat(Bounds.NAME),
          "/".repeat(Bounds.ENDPOINT),
          "/".repeat(Bounds.ENDPOINT + 1),
          "/aragora/telemetry",
          "timeout:a:s");
  private static final List<Long> LONGS =
      List.of(
          0L,
          1L,
          -1L,
          999_999_999L,
          1_000_000_000L,
          Bounds.CONNECTIONS,
          Bounds.CONNECTIONS + 1,
          Bounds.SEQ,
          Bounds.SEQ + 1,
          3_600_000_000_000L,
          3_600_000_000_001L,
          86_400_000_000_001L,
          1_000_000_000_000_000_000L,
          1_000_000_000_000_000_001L,
          Long.MAX_VALUE,
          Long.MIN_VALUE);
  private static final int[] STATUSES = {-1, 0, 99, 100, 599, 600, 70_000, Integer.MAX_VALUE};
  private static final List<Double> DOUBLES =
      List.of(
          Double.NaN,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY,
          -0.0,
          Double.MIN_VALUE,
          -Double.MAX_VALUE,
          1e16,
          1e-5);
  private static final List<@Nullable Instant> TIMES =
      Arrays.asList(
          null,
          Instant.EPOCH,
          Instant.MIN,
          Instant.MAX,
          Instant.parse("2020-01-01T00:00:00Z"),
          Instant.parse("2019-12-31T23:59:59.999999999Z"),
          Instant.parse("9999-12-31T23:59:59.999999999Z"),
          Instant.parse("+10000-01-01T00:00:00Z"),
          Instant.parse("-0001-01-01T00:00:00Z"),
          Instant.parse("2024-02-29T23:59:59.1Z"),
          Instant.ofEpochMilli(Samples.APPENDED_MS + 3_600_000),
          Instant.ofEpochMilli(Samples.APPENDED_MS + 3_600_000).plusNanos(1));
  private static final List<@Nullable String> TRACEPARENTS =
      Arrays.asList(
          null, "x", "\udfff", "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x");

  private final Random random;

  HostileEvents(Random random) {
    this.random = random;
  }

  Event next(EventType type) {
    Instant usual =
        Instant.ofEpochMilli(Samples.APPENDED_MS - random.nextInt(1_000_000_000))
            .plusNanos(random.nextInt(1_000_000));
    String traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    return new Event(
        text(),
        text(),
        isOdd() ? any(TIMES) : usual,
        isOdd() ? any(TRACEPARENTS) : traceparent,
        isOdd() ? text() : null,
        isOdd() ? new Event.Sequence(text(), any(LONGS)) : null,
        data(type.dataClass()));
  }

  private boolean isOdd() {
    return random.nextInt(12) == 0;
  }

  private <T> T any(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private String text() {
    if (random.nextInt(2_000) == 0) {
      return "ü".repeat(70_000);
    }
    return isOdd() ? any(TEXTS) : any(USUAL);
  }

  private EventData data(Class<? extends EventData> type) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      boolean optional = components[i].getAnnotatedType().isAnnotationPresent(Nullable.class);
      values[i] = optional && random.nextInt(3) == 0 ? null : value(components[i]);
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private @Nullable Object value(RecordComponent component) {
    Class<?> type = component.getType();
    if (type == String.class) {
      return text();
    }
    if (type == int.class) {
      return isOdd() ? STATUSES[random.nextInt(STATUSES.length)] : 200;
    }
    if (component.getName().endsWith("onnections") && !isOdd()) {
      return random.nextLong(Bounds.CONNECTIONS + 1);
    }
    if (type == long.class || type == Long.class) {
      return isOdd() ? any(LONGS) : (Long) random.nextLong(1_000_000_000L, 3_600_000_000_000L);
    }
    if (type == double.class || type == Double.class) {
      return number();
    }
    if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      return random.nextInt(100) == 0 ? null : constants[random.nextInt(constants.length)];
    }
    if (type == List.class) {
      return isOdd() ? oddLabels() : List.of(text() + "", "claude");
    }
    boolean counts =
        ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[1] == Long.class;
    return counts ? counts() : fields();
  }

  private double number() {
    return isOdd() ? any(DOUBLES) : Double.longBitsToDouble(random.nextLong());
  }

  private @Nullable List<?> oddLabels() {
    return switch (random.nextInt(7)) {
      case 0 -> null;
      case 1 -> Arrays.asList("a", null);
      case 2 -> List.of("a", 1L);
      case 3 -> List.of(List.of("a"), Map.of());
      case 4 -> Collections.nCopies(Bounds.ELEMENTS, "a");
      case 5 -> Collections.nCopies(Bounds.ELEMENTS + 1, "a");
      default -> List.of();
    };
  }

  private Map<String, Long> counts() {
    Map<String, Long> counts = new HashMap<>();
    int size = random.nextInt(200) == 0 ? Bounds.MEMBERS + random.nextInt(2) : random.nextInt(4);
    for (int i = 0; i < size; i++) {
      counts.put(text() + (isOdd() ? "" : "" + i), isOdd() ? any(LONGS) : (Long) (long) i);
    }
    return counts;
  }

  private Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    int size = random.nextInt(200) == 0 ? Bounds.MEMBERS + random.nextInt(2) : random.nextInt(4);
    for (int i = 0; i < size; i++) {
      fields.put(isOdd() ? text() : "field" + i, isOdd() ? oddField() : usualField());
    }
    return fields;
  }

  private @Nullable Object usualField() {
    return switch (random.nextInt(6)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> random.nextLong();
      case 3 -> random.nextInt();
      case 4 -> number();
      default -> text();
    };
  }

  private Object oddField() {
    return switch (random.nextInt(11)) {
      case 0 -> Float.NaN;
      case 1 -> Float.intBitsToFloat(random.nextInt());
      case 2 -> new BigDecimal("1.5E+400");
      case 3 -> BigInteger.TEN.pow(random.nextInt(2_000));
      case 4 -> Instant.EPOCH;
      case 5 -> withOneNameTwice();
      case 6 -> nested(random.nextInt(70));
      case 7 -> Arrays.asList("a", null, 1L, List.of());
      case 8 -> Collections.nCopies(Bounds.ELEMENTS + random.nextInt(2), 1L);
      case 9 -> new StringBuilder("\ud800");
      default -> "x".repeat(random.nextInt(50) == 0 ? EventCodec.MAX_VALUE_BYTES : 2_000);
    };
  }

  /** A map whose names are equal, and not the same object. */
  private static Map<String, Integer> withOneNameTwice() {
    Map<String, Integer> map = new IdentityHashMap<>();
    map.put(new String("same"), 1);
    map.put(new String("same"), 2);
    return map;
  }

  private static Object nested(int depth) {
    Object inner = "deep";
    for (int i = 0; i < depth; i++) {
      inner = i % 2 == 0 ? new ArrayList<>(List.of(inner)) : Map.of("in", inner);
    }
    return inner;
  }
}
