package org.aragora.telemetry.benchmarks.throughput;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.field.LogLevel;

/**
 * Writes events as a fleet of instances would: numbered per run and partition, 54 % requests, 20 %
 * agent calls, 16 % debates, 10 % logs; time moves on 10,000 events a second. The same for a seed.
 */
public final class Backlog {
  private static final int INSTANCES = 10;
  private static final List<String> AGENTS =
      List.of("claude", "gpt", "gemini", "grok", "mistral", "llama", "qwen", "deepseek");
  private static final List<String> DOMAINS = List.of("code", "legal", "security", "general");
  private static final List<String> ENDPOINTS =
      List.of("/api/debates", "/api/debates/{id}", "/api/leaderboard", "/health", "/api/agents");
  private static final int EVENTS_PER_SECOND = 10_000;
  private static final int OPEN_DEBATES = 40;
  private static final long NANOS_PER_EVENT = 1_000_000_000L / EVENTS_PER_SECOND;

  private final EventCodec codec = JsonEventCodec.create();
  private final Random random;
  private final int partitions;
  private final Instant start;
  private final Map<String, Long> numbers = new HashMap<>();
  private String traceFlags = "01";
  private int made;
  private int debateEvents;

  /**
   * Prepares the backlog.
   *
   * @param events with which time has reached that of {@code clock}
   */
  public Backlog(long seed, int partitions, int events, Clock clock) {
    this.random = new Random(seed);
    this.partitions = partitions;
    this.start = clock.instant().minusSeconds(events / EVENTS_PER_SECOND + 1);
  }

  /** Leaves the traces of all events out of the sample, so that they give no exemplar. */
  public Backlog unsampled() {
    traceFlags = "00";
    return this;
  }

  /**
   * Writes the next {@code events} records under a prefix and waits until the broker has them.
   *
   * @return their bytes
   */
  public long write(String bootstrapServers, String prefix, int events) {
    return write(bootstrapServers, prefix, events, this::next, (event, value) -> {});
  }

  /** Writes as {@link #write(String, String, int)}. {@code written}: as below; it may wait. */
  public long write(
      String bootstrapServers, String prefix, int events, BiConsumer<Event, byte[]> written) {
    return write(bootstrapServers, prefix, events, this::next, written);
  }

  /**
   * Writes events of another kind.
   *
   * @param kind makes the data of an event from its number
   * @param written receives each event and its encoding
   */
  public long write(
      String bootstrapServers,
      String prefix,
      int events,
      IntFunction<EventData> kind,
      BiConsumer<Event, byte[]> written) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            bootstrapServers,
            "acks",
            "all",
            "compression.type",
            "lz4",
            "linger.ms",
            10,
            "batch.size",
            131_072,
            "buffer.memory",
            67_108_864L);
    long bytes = 0;
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int end = made + events; made < end; ) {
        Event event = make(kind);
        String key = event.key();
        int partition = partition(key);
        byte[] value = codec.encode(event);
        bytes += value.length;
        written.accept(event, value);
        var unused =
            producer.send(
                new ProducerRecord<>(
                    event.type().topic().under(prefix),
                    partition,
                    key.getBytes(StandardCharsets.UTF_8),
                    value));
      }
      producer.flush();
    }
    return bytes;
  }

  /** The next event, which is not written. */
  public Event next() {
    return make(this::next);
  }

  private Event make(IntFunction<EventData> kind) {
    EventData data = kind.apply(made);
    String source = "/aragora/instances/api-" + random.nextInt(INSTANCES);
    String key = data.key() == null ? source : data.key();
    return event(made++, source, partition(key), data);
  }

  private int partition(String key) {
    return Math.floorMod(key.hashCode(), partitions);
  }

  private Event event(int i, String source, int partition, EventData data) {
    String run = source + "/" + data.getClass().getSimpleName() + "/" + partition;
    long seq = numbers.merge(run, 1L, Long::sum);
    return new Event(
        "bench-" + i,
        source,
        start.plusNanos(i * NANOS_PER_EVENT),
        "00-%016x%016x-%016x-%s".formatted(random.nextLong() | 1, i + 1L, i + 1L, traceFlags),
        null,
        new Event.Sequence("epoch-" + data.getClass().getSimpleName(), seq),
        data);
  }

  private EventData next(int i) {
    int kind = random.nextInt(100);
    if (kind < 54) {
      return RequestCompleted.of(
          "req-" + i,
          random.nextInt(3) == 0 ? "POST" : "GET",
          ENDPOINTS.get(random.nextInt(ENDPOINTS.size())),
          random.nextInt(50) == 0 ? 503 : 200,
          Duration.ofNanos(nanos(1)));
    }
    if (kind < 74) {
      return AgentCallCompleted.of(
              "call-" + i,
              AGENTS.get(random.nextInt(AGENTS.size())),
              random.nextInt(20) == 0 ? CallStatus.ERROR : CallStatus.SUCCESS,
              Duration.ofNanos(nanos(20)))
          .withOperation("generate")
          .withTokens(random.nextInt(4000), random.nextInt(1000));
    }
    if (kind < 90) {
      return debate();
    }
    return LogEmitted.of(LogLevel.INFO, "aragora.debate", "round " + i + " done")
        .withSource("debate", "run", 12);
  }

  /** Debates take turns, so that as many are open at a time; each has two rounds. */
  private EventData debate() {
    int step = debateEvents / OPEN_DEBATES % 4;
    String id =
        "d-" + (debateEvents / (4 * OPEN_DEBATES) * OPEN_DEBATES + debateEvents % OPEN_DEBATES);
    debateEvents++;
    return switch (step) {
      case 0 -> new DebateStarted(id, List.of("claude", "gpt"), domain(), null, 3L, null);
      case 3 ->
          new DebateCompleted(id, DebateOutcome.CONSENSUS, nanos(300), 3L, 0.9, domain(), null);
      default -> new RoundCompleted(id, step, nanos(60));
    };
  }

  private String domain() {
    return DOMAINS.get(random.nextInt(DOMAINS.size()));
  }

  /** Up to so many seconds, in whole microseconds. */
  private long nanos(int maxSeconds) {
    return random.nextLong(maxSeconds * 1_000_000L) * 1000;
  }
}
