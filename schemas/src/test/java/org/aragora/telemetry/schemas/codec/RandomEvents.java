package org.aragora.telemetry.schemas.codec;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.field.Bounds;
import org.jspecify.annotations.Nullable;

/** Valid events with random values in every component. */
final class RandomEvents {
  private static final List<String> PLAIN = List.of("a", "/api/{id}?q=1", "ünï✓😀", "\uFFFD", " ");
  private static final List<String> TEXTS =
      List.of(
          "a",
          "/api/{id}?q=1",
          "\"quoted\"\\\n\t\0\u001f\u007f",
          "ünï✓😀",
          "\uFFFD",
          "\uFEFF",
          " ");

  private final Random random;
  private final List<String> texts;

  private RandomEvents(Random random, List<String> texts) {
    this.random = random;
    this.texts = texts;
  }

  static Event of(EventType type, Random random) {
    return new RandomEvents(random, TEXTS).event(type);
  }

  /** An event whose texts need no escapes. */
  static Event plain(EventType type, Random random) {
    return new RandomEvents(random, PLAIN).event(type);
  }

  private Event event(EventType type) {
    return new Event(
        text(),
        text(),
        random.nextBoolean()
            ? null
            : Instant.ofEpochSecond(
                1_577_836_800L + random.nextInt(200_000_000), random.nextInt(1_000_000_000)),
        random.nextBoolean() ? null : "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        random.nextBoolean() ? null : "53995c3f42cd8ad8",
        random.nextBoolean() ? null : new Event.Sequence(text(), 1 + random.nextLong(Bounds.SEQ)),
        randomData(type.dataClass()));
  }

  private EventData randomData(Class<? extends EventData> type) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      boolean optional = components[i].getAnnotatedType().isAnnotationPresent(Nullable.class);
      values[i] = optional && random.nextInt(3) == 0 ? null : randomValue(components[i]);
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private Object randomValue(RecordComponent component) {
    Class<?> type = component.getType();
    if (type == String.class) {
      return text();
    }
    if (type == int.class) {
      return 100 + random.nextInt(500);
    }
    if (component.getName().equals("timeoutNanos")) {
      return random.nextLong(86_400_000_000_001L);
    }
    if (component.getName().equals("intervalNanos")) {
      return random.nextLong(1_000_000_000L, 3_600_000_000_001L);
    }
    if (component.getName().endsWith("onnections")) {
      return random.nextLong(Bounds.CONNECTIONS + 1);
    }
    if (component.getName().endsWith("Nanos")) {
      return random.nextLong(1_000_000_000_000_000_001L) / (long) Math.pow(10, random.nextInt(19));
    }
    if (type == long.class || type == Long.class) {
      return random.nextLong(Long.MAX_VALUE) >> random.nextInt(63);
    }
    if (type == double.class || type == Double.class) {
      return randomDouble();
    }
    if (type.isEnum()) {
      return type.getEnumConstants()[random.nextInt(type.getEnumConstants().length)];
    }
    if (type == List.class) {
      return Collections.nCopies(random.nextInt(4), text());
    }
    boolean counts =
        ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[1] == Long.class;
    return counts ? randomCounts() : randomObject(random, 3);
  }

  private double randomDouble() {
    double any = Double.longBitsToDouble(random.nextLong());
    return random.nextBoolean() && Double.isFinite(any) ? any : random.nextInt(30_000) / 10.0;
  }

  private String text() {
    return texts.get(random.nextInt(texts.size())) + random.nextInt(100);
  }

  private Map<String, Long> randomCounts() {
    Map<String, Long> counts = new HashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      counts.put(text(), random.nextLong(1L << 62));
    }
    return counts;
  }

  private Map<String, @Nullable Object> randomObject(Random random, int depth) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      object.put(text(), randomJson(random, depth - 1));
    }
    return object;
  }

  private @Nullable Object randomJson(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> random.nextLong();
      case 3 -> randomDouble();
      case 4 -> new BigDecimal("12345678901234567890123." + (1 + random.nextInt(9)));
      case 5 -> text();
      case 6 -> randomObject(random, depth);
      default -> new ArrayList<>(Arrays.asList(randomJson(random, depth - 1), null));
    };
  }
}
