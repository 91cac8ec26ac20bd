package org.aragora.telemetry.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.kafka.common.header.Header;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.plain.PlainEvents;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The fast ways to read and write an event, beside those that they stand in for. */
class PlainEventsDifferentialTest {
  private static final int THREADS = 2;
  private static final int INPUTS = 1_000_000;

  private final EventCodec codec = JsonEventCodec.create();
  private final EventCodec reference = JsonEventCodec.reference();
  private final PlainEvents plain = new PlainEvents();
  private final long firstSeed = Long.getLong("aragora.telemetry.fuzz.seed", System.nanoTime());

  /** Both give the same event, or the same reason and message, from threads that share a codec. */
  @Test
  @Timeout(300)
  void aMillionValuesAreReadAsTheFullReaderReadsThem() {
    Map<EventType, Integer> read = new EnumMap<>(EventType.class);
    LongStream.range(firstSeed, firstSeed + THREADS)
        .parallel()
        .mapToObj(seed -> compare(seed, INPUTS / THREADS))
        .sequential()
        .forEach(found -> found.forEach((type, n) -> read.merge(type, n, Integer::sum)));

    System.out.printf("seeds %d to %d: %s%n", firstSeed, firstSeed + THREADS - 1, read);
    // Heartbeats have objects in their data.
    assertThat(read).hasSize(EventType.values().length - 1);
    assertThat(read.values()).allMatch(n -> n > INPUTS / 500);
  }

  private Map<EventType, Integer> compare(long seed, int inputs) {
    Random random = new Random(seed);
    RandomValues values = new RandomValues(random);
    Map<EventType, Integer> read = new EnumMap<>(EventType.class);
    for (int i = 0; i < inputs; i++) {
      byte[] value = values.next();
      InputTopic topic =
          random.nextInt(50) > 0
              ? values.type().topic()
              : InputTopic.values()[random.nextInt(InputTopic.values().length)];
      long appendTimeMs = appendTimeMs(random);
      byte[] key = random.nextInt(200) == 0 ? new byte[65_530 + random.nextInt(10)] : null;
      List<Header> headers = Mutations.headers(random);

      Decoded decoded = codec.decode(topic, key, headers, value, appendTimeMs);
      Decoded expected = reference.decode(topic, key, headers, value, appendTimeMs);

      if (!decoded.equals(expected)) {
        assertThat(decoded)
            .as("seed %d, input %d: %s", seed, i, new String(value, StandardCharsets.UTF_8))
            .isEqualTo(expected);
      }
      Event event = plain.read(topic, value, appendTimeMs);
      if (event != null) {
        read.merge(event.type(), 1, Integer::sum);
      }
    }
    return read;
  }

  private static long appendTimeMs(Random random) {
    return switch (random.nextInt(20)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextLong(-2_000, 2_000);
      case 2 -> 1_577_836_800_000L + random.nextInt(-1, 2);
      case 3 -> random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE;
      default -> Samples.APPENDED_MS;
    };
  }

  @Test
  @Timeout(300)
  void eventsAreWrittenByteForByteAsBefore() {
    Random random = new Random(firstSeed);
    for (int i = 0; i < 100_000; i++) {
      EventType type = EventType.values()[i % EventType.values().length];
      Event event = RandomEvents.of(type, random);
      String expected = ReferenceWriter.text(event);

      byte[] written = codec.encode(event);

      if (!new String(written, StandardCharsets.UTF_8).equals(expected)) {
        assertThat(new String(written, StandardCharsets.UTF_8))
            .as("seed %d, event %d", firstSeed, i)
            .isEqualTo(expected);
      }
    }
  }
}
