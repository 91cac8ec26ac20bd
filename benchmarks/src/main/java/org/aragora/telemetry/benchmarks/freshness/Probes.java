package org.aragora.telemetry.benchmarks.freshness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;

/**
 * Events of one partition that alone count into one series. The series shows the event of a number
 * once its value has reached that number. Not thread-safe.
 */
final class Probes implements AutoCloseable {
  private static final String SERIES = "aragora_log_events_total";
  private static final String PATH = "/metrics?name%5B%5D=" + SERIES;
  private static final Map<String, String> LABELS = Map.of("level", "CRITICAL");
  private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(97);
  private static final long LOOK_MS = 5;
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(30);

  private final EventCodec codec = JsonEventCodec.create();
  private final Clock clock = Clock.systemUTC();
  private final Deque<Long> appendedMs = new ArrayDeque<>();
  private final KafkaProducer<byte[], byte[]> producer;
  private final String prefix;
  private final int port;
  private long sent;
  private long shown;
  private long nextNanos;

  /** {@code port}: of the processor's {@code /metrics}. */
  Probes(String bootstrapServers, String prefix, int port) {
    this.prefix = prefix;
    this.port = port;
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "linger.ms", 0),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Begins the series. */
  void begin() throws InterruptedException, ExecutionException {
    send();
  }

  /** Waits until the series is served with its value. */
  void awaitBegin() throws InterruptedException, IOException {
    while (value() < 1) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
    shown = 1;
    appendedMs.clear();
  }

  private void send() throws InterruptedException, ExecutionException {
    Event event =
        new Event(
            "probe-" + ++sent,
            "/aragora/instances/probe",
            clock.instant(),
            null,
            null,
            null,
            LogEmitted.of(LogLevel.CRITICAL, "probe", "probe"));
    appendedMs.add(
        producer
            .send(
                new ProducerRecord<>(
                    event.type().topic().under(prefix),
                    event.key().getBytes(StandardCharsets.UTF_8),
                    codec.encode(event)))
            .get()
            .timestamp());
  }

  /**
   * Sends the next event if it is due, then reads the series once.
   *
   * @param millis receives the time from the append to now of each event that has come to be shown
   */
  void poll(List<Long> millis) throws InterruptedException, IOException, ExecutionException {
    if (System.nanoTime() - nextNanos >= 0) {
      nextNanos = System.nanoTime() + EVERY_NANOS;
      send();
    }
    long value = value();
    long nowMs = clock.millis();
    for (; shown < value; shown++) {
      millis.add(nowMs - appendedMs.remove());
    }
    TimeUnit.MILLISECONDS.sleep(LOOK_MS);
  }

  private long value() throws InterruptedException, IOException {
    return (long)
        MetricsPage.parse(LocalHttp.get(port, PATH, ANSWERS_WITHIN).body())
            .sum(SERIES, LABELS)
            .orElse(0);
  }

  @Override
  public void close() {
    producer.close();
  }
}
