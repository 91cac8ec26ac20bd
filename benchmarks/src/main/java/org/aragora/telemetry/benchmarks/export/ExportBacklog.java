package org.aragora.telemetry.benchmarks.export;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.LogLevel;

/**
 * Events in the topics, and the payloads of the first of them in memory. The same for a seed.
 *
 * @param <P> what the exporter makes of a record
 */
final class ExportBacklog<P> {
  private static final int IN_MEMORY = 20_000;
  private static final int INSTANCES = 10;
  private static final List<String> AGENTS = List.of("claude", "gpt", "gemini", "grok", "mistral");
  private static final List<LogLevel> LEVELS =
      List.of(LogLevel.DEBUG, LogLevel.INFO, LogLevel.WARNING, LogLevel.ERROR);
  private static final long NANOS_PER_EVENT = 100_000;

  private final EventCodec codec = JsonEventCodec.create();
  private final Random random;
  private final Instant start;
  private final Converter<P> converter;
  private final List<Conversion.Export<P>> payloads = new ArrayList<>();
  private final List<Event> eventsInMemory = new ArrayList<>();
  private long items;

  ExportBacklog(long seed, Instant start, Converter<P> converter) {
    this.random = new Random(seed);
    this.start = start;
    this.converter = converter;
  }

  /** Payloads of the first records, as the exporter makes them. */
  List<Conversion.Export<P>> payloads() {
    return List.copyOf(payloads);
  }

  /** The events of those payloads. */
  List<Event> events() {
    return List.copyOf(eventsInMemory);
  }

  /** Spans or lines of the whole backlog. */
  long items() {
    return items;
  }

  /** Writes them under a prefix; returns their bytes. */
  long write(String bootstrapServers, String prefix, int events, IntFunction<EventData> kind) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", bootstrapServers, "compression.type", "lz4", "linger.ms", 10);
    long bytes = 0;
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < events; i++) {
        Event event = event(i, kind.apply(i));
        byte[] value = codec.encode(event);
        bytes += value.length;
        String topic = event.type().topic().under(prefix);
        convert(topic, i, value);
        if (eventsInMemory.size() < payloads.size()) {
          eventsInMemory.add(event);
        }
        var unused =
            producer.send(
                new ProducerRecord<>(topic, event.key().getBytes(StandardCharsets.UTF_8), value));
      }
    }
    return bytes;
  }

  private void convert(String topic, int number, byte[] value) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            topic,
            0,
            number,
            start.toEpochMilli(),
            TimestampType.LOG_APPEND_TIME,
            0,
            value.length,
            new byte[0],
            value,
            new RecordHeaders(),
            Optional.empty());
    if (!(converter.convert(record) instanceof Conversion.Export<P> export)) {
      throw new IllegalStateException("an event of the backlog is nothing to export");
    }
    items += export.items();
    if (payloads.size() < IN_MEMORY) {
      payloads.add(export);
    }
  }

  private Event event(int number, EventData data) {
    return new Event(
        "bench-" + number,
        "/aragora/instances/api-" + random.nextInt(INSTANCES),
        start.plusNanos(number * NANOS_PER_EVENT),
        "00-%016x%016x-%016x-01".formatted(random.nextLong() | 1, number + 1L, number + 1L),
        null,
        new Event.Sequence("epoch", number + 1L),
        data);
  }

  /** 54 % requests, 30 % agent calls, 16 % rounds: one span, two, one. */
  EventData operation(int number) {
    int kind = random.nextInt(100);
    if (kind < 54) {
      return new RequestCompleted(
          "req-" + number,
          "GET",
          "/api/debates/adhoc_%08x".formatted(random.nextInt()),
          random.nextInt(50) == 0 ? 503 : 200,
          1000L * random.nextInt(1_000_000),
          "user-" + random.nextInt(100));
    }
    if (kind < 84) {
      return new AgentCallCompleted(
          "call-" + number,
          AGENTS.get(random.nextInt(AGENTS.size())),
          random.nextInt(20) == 0 ? CallStatus.ERROR : CallStatus.SUCCESS,
          1000L * random.nextInt(20_000_000),
          "generate",
          "model-1",
          "provider",
          (long) random.nextInt(4000),
          (long) random.nextInt(1000),
          null,
          "d-" + number / 100,
          1L);
    }
    return new RoundCompleted(
        "d-" + number / 100, 1 + random.nextInt(4), 1000L * random.nextInt(60_000_000));
  }

  /** A log line with its request, its user and three fields. */
  EventData logLine(int number) {
    return new LogEmitted(
        LEVELS.get(random.nextInt(LEVELS.size())),
        "aragora.server.middleware",
        "GET /api/debates/adhoc_%08x was answered in %d ms"
            .formatted(random.nextInt(), random.nextInt(1000)),
        "middleware",
        "dispatch",
        88L,
        "req-" + number,
        "user-" + random.nextInt(100),
        null,
        Map.of(
            "attempts",
            (long) random.nextInt(4),
            "cache",
            "miss",
            "tokens",
            (long) random.nextInt(4000)));
  }
}
