package org.aragora.telemetry.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
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
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.InstanceStopped;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class JsonEventCodecRoundTripTest {
  private static final List<String> TEXTS =
      List.of(
          "a",
          "/api/{id}?q=1",
          "\"quoted\"\\\n\t\0\u001f\u007f",
          "ünï✓😀",
          "\uFFFD",
          "\uFEFF",
          " ");
  private final EventCodec codec = JsonEventCodec.create();

  private static Event event(EventData data) {
    return new Event("1", "/a", null, null, null, null, data);
  }

  private String written(EventData data) {
    return new String(codec.encode(event(data)), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsWrittenIsReadAsItWas(EventType type) throws ReflectiveOperationException {
    Random random = new Random(type.ordinal());
    for (int i = 0; i < 1_000; i++) {
      Event event = randomEvent(type, random);
      byte[] value = codec.encode(event);

      assertThat(codec.decode(type.topic(), value, Samples.APPENDED_MS))
          .as(new String(value, StandardCharsets.UTF_8))
          .isEqualTo(new Decoded.Valid(event));
      assertThat(codec.encode(event)).isEqualTo(value);
    }
  }

  private static Event randomEvent(EventType type, Random random)
      throws ReflectiveOperationException {
    return new Event(
        text(random),
        text(random),
        random.nextBoolean()
            ? null
            : Instant.ofEpochSecond(
                1_577_836_800L + random.nextInt(200_000_000), random.nextInt(1_000_000_000)),
        random.nextBoolean() ? null : "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        random.nextBoolean() ? null : "53995c3f42cd8ad8",
        random.nextBoolean()
            ? null
            : new Event.Sequence(text(random), 1 + random.nextLong(Bounds.SEQ)),
        randomData(type.dataClass(), random));
  }

  private static EventData randomData(Class<? extends EventData> type, Random random)
      throws ReflectiveOperationException {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      boolean optional = components[i].getAnnotatedType().isAnnotationPresent(Nullable.class);
      values[i] = optional && random.nextInt(3) == 0 ? null : randomValue(components[i], random);
    }
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    return type.getDeclaredConstructor(types).newInstance(values);
  }

  private static Object randomValue(RecordComponent component, Random random) {
    Class<?> type = component.getType();
    if (type == String.class) {
      return text(random);
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
      return randomDouble(random);
    }
    if (type.isEnum()) {
      return type.getEnumConstants()[random.nextInt(type.getEnumConstants().length)];
    }
    if (type == List.class) {
      return Collections.nCopies(random.nextInt(4), text(random));
    }
    boolean counts =
        ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[1] == Long.class;
    return counts ? randomCounts(random) : randomObject(random, 3);
  }

  private static double randomDouble(Random random) {
    double any = Double.longBitsToDouble(random.nextLong());
    return random.nextBoolean() && Double.isFinite(any) ? any : random.nextInt(30_000) / 10.0;
  }

  private static String text(Random random) {
    return TEXTS.get(random.nextInt(TEXTS.size())) + random.nextInt(100);
  }

  private static Map<String, Long> randomCounts(Random random) {
    Map<String, Long> counts = new HashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      counts.put(text(random), random.nextLong(1L << 62));
    }
    return counts;
  }

  private static Map<String, @Nullable Object> randomObject(Random random, int depth) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      object.put(text(random), randomJson(random, depth - 1));
    }
    return object;
  }

  private static @Nullable Object randomJson(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> random.nextLong();
      case 3 -> randomDouble(random);
      case 4 -> new BigDecimal("12345678901234567890123." + (1 + random.nextInt(9)));
      case 5 -> text(random);
      case 6 -> randomObject(random, depth);
      default -> new ArrayList<>(Arrays.asList(randomJson(random, depth - 1), null));
    };
  }

  @ParameterizedTest
  @CsvSource({
    "94564000, 0.094564",
    "0, 0",
    "1, 0.000000001",
    "1000000000, 1",
    "1500000000, 1.5",
    "1000000000000000000, 1000000000",
    "999999999999999999, 999999999.999999999"
  })
  void durationsAreWrittenAsPlainDecimalSeconds(long nanos, String seconds) {
    assertThat(written(new RoundCompleted("d", 1, nanos)))
        .endsWith("\"duration_seconds\":" + seconds + "}}");
  }

  @Test
  void absentOptionalsAndEmptyOptionalIdsAreLeftOut() {
    assertThat(written(new EloUpdated("gpt", 1500, null, "", null)))
        .isEqualTo(
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\","
                + "\"type\":\"ai.aragora.elo.updated.v1\","
                + "\"data\":{\"agent\":\"gpt\",\"rating\":1500.0}}");
    assertThat(written(new InstanceStopped("i"))).endsWith("\"data\":{\"instance_id\":\"i\"}}");
  }

  @Test
  void numbersThatJsonHasNotAreWrittenAsNull() {
    assertThat(written(new EloUpdated("gpt", Double.NaN, Double.NEGATIVE_INFINITY, null, null)))
        .contains("\"rating\":null,\"previous_rating\":null");
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("nan", Double.NaN);
    fields.put("float", Float.POSITIVE_INFINITY);
    fields.put("list", List.of(Double.NaN));
    fields.put("other", Instant.EPOCH);
    fields.put("int", 7);
    assertThat(
            written(
                new LogEmitted(
                    LogLevel.INFO, "l", "m", null, null, null, null, null, null, fields)))
        .endsWith(
            "\"fields\":{\"nan\":null,\"float\":null,\"list\":[null],"
                + "\"other\":\"1970-01-01T00:00:00Z\",\"int\":7}}}");
  }

  @Test
  void anEmptyListOfAgentsIsWritten() {
    assertThat(written(new DebateStarted("d", List.of(), null, null, null, null)))
        .endsWith("\"data\":{\"debate_id\":\"d\",\"agents\":[]}}");
  }

  @Test
  void aMapThatContainsItselfIsCutWhereReadersWouldRefuseIt() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("list", Arrays.asList(fields, fields));
    LogEmitted log =
        new LogEmitted(LogLevel.INFO, "l", "m", null, null, null, null, null, null, fields);

    byte[] value = codec.encode(event(log));

    assertThat(value.length).isGreaterThan(EventCodec.MAX_VALUE_BYTES);
    fields.put("list", Arrays.asList(fields, 1));
    assertThat(codec.decode(InputTopic.LOGS, codec.encode(event(log)), Samples.APPENDED_MS))
        .isInstanceOf(Decoded.Valid.class);
  }

  @Test
  void whatAHostMayHoldIsWrittenWellFormed() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("a\ud800", List.of("\udc00", Map.of("\ud800", 1L)));
    fields.put("a\udbff", 2L); // the same name, once written: the last value stays
    LogEmitted log =
        new LogEmitted(LogLevel.INFO, "l\ud83d", "m", null, null, null, null, "u", null, fields);

    Decoded decoded = codec.decode(InputTopic.LOGS, codec.encode(event(log)), Samples.APPENDED_MS);

    assertThat(decoded).isInstanceOf(Decoded.Valid.class);
    LogEmitted read = (LogEmitted) ((Decoded.Valid) decoded).event().data();
    assertThat(read.logger()).isEqualTo("l\uFFFD");
    assertThat(read.fields()).containsOnly(Map.entry("a\uFFFD", 2L));
  }

  @Test
  void oneCodecServesSeveralThreads() {
    List<EventType> types =
        Collections.nCopies(400, EventType.values()).stream().flatMap(Arrays::stream).toList();

    assertThat(types.parallelStream().map(type -> Samples.decode(type, Samples.text(type))))
        .allMatch(decoded -> decoded instanceof Decoded.Valid);
  }
}
