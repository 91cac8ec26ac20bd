package org.aragora.telemetry.benchmarks.export;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.aragora.telemetry.benchmarks.throughput.Backlog;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.backend.Converter;
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
  private static final List<String> AGENTS = List.of("claude", "gpt", "gemini", "grok", "mistral");
  private static final List<LogLevel> LEVELS =
      List.of(LogLevel.DEBUG, LogLevel.INFO, LogLevel.WARNING, LogLevel.ERROR);
  private final Random random;
  private final Backlog backlog;
  private final Converter<P> converter;
  private final List<Conversion.Export<P>> payloads = new ArrayList<>();
  private final List<Event> eventsInMemory = new ArrayList<>();
  private long offset;
  private long items;

  ExportBacklog(long seed, Backlog backlog, Converter<P> converter) {
    this.random = new Random(seed);
    this.backlog = backlog;
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
    return backlog.write(
        bootstrapServers,
        prefix,
        events,
        kind,
        (event, value) -> {
          convert(event.type().topic().under(prefix), event, value);
          if (eventsInMemory.size() < payloads.size()) {
            eventsInMemory.add(event);
          }
        });
  }

  private void convert(String topic, Event event, byte[] value) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            topic,
            0,
            offset++,
            Objects.requireNonNull(event.time()).toEpochMilli(),
            TimestampType.LOG_APPEND_TIME,
            0,
            value.length,
            new byte[0],
            value,
            new RecordHeaders(),
            Optional.empty());
    if (!(converter.convert(record) instanceof Conversion.Export<P> export)) {
      throw new IllegalStateException("an event of the backlog gives nothing to export");
    }
    items += export.items();
    if (payloads.size() < IN_MEMORY) {
      payloads.add(export);
    }
  }

  /** 54 % requests, 30 % agent calls, 16 % rounds: one span, two, one. */
  EventData operation(int number) {
    int kind = random.nextInt(100);
    if (kind < 54) {
      return RequestCompleted.of(
              "req-" + number,
              "GET",
              "/api/debates/adhoc_%08x".formatted(random.nextInt()),
              random.nextInt(50) == 0 ? 503 : 200,
              micros(1_000_000))
          .withUserId("user-" + random.nextInt(100));
    }
    if (kind < 84) {
      return AgentCallCompleted.of(
              "call-" + number,
              AGENTS.get(random.nextInt(AGENTS.size())),
              random.nextInt(20) == 0 ? CallStatus.ERROR : CallStatus.SUCCESS,
              micros(20_000_000))
          .withOperation("generate")
          .withModel("model-1")
          .withProvider("provider")
          .withTokens(random.nextInt(4000), random.nextInt(1000))
          .withDebateId("d-" + number / 100)
          .withRound(1);
    }
    return new RoundCompleted(
        "d-" + number / 100, 1 + random.nextInt(4), 1000L * random.nextInt(60_000_000));
  }

  /** A log line with its request, its user and three fields. */
  EventData logLine(int number) {
    return LogEmitted.of(
            LEVELS.get(random.nextInt(LEVELS.size())),
            "aragora.server.middleware",
            "GET /api/debates/adhoc_%08x was answered in %d ms"
                .formatted(random.nextInt(), random.nextInt(1000)))
        .withSource("middleware", "dispatch", 88)
        .withRequestId("req-" + number)
        .withUserId("user-" + random.nextInt(100))
        .withField("attempts", (long) random.nextInt(4))
        .withField("cache", "miss")
        .withField("tokens", (long) random.nextInt(4000));
  }

  private Duration micros(int bound) {
    return Duration.ofNanos(1000L * random.nextInt(bound));
  }
}
