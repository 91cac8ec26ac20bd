package org.aragora.telemetry.processor.health;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.failure.ThreadFailures;
import org.aragora.telemetry.processor.serve.MetricsView;

/**
 * Liveness and readiness of the running pipeline. Readiness fails if the broker does not answer, if
 * nothing is committed though there is work, or if partitions stay unserved. It returns when the
 * cause has gone. An idle pipeline is ready. Thread-safe.
 */
public final class ProcessorHealth {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** The parts of the pipeline that health depends on. */
  public record Watched(
      KafkaStreams streams,
      MetricsView view,
      HeartbeatWatch heartbeats,
      OffsetWatch offsets,
      ThreadFailures failures) {}

  private final KafkaStreams streams;
  private final MetricsView view;
  private final HeartbeatWatch heartbeats;
  private final OffsetWatch offsets;
  private final ThreadFailures failures;
  private final Duration stall;
  private final LongSupplier nanoClock;

  private Map<InputPartition, Long> lastCommitted = Map.of();
  private long lastProgressNanos;
  private long lastServedNanos;
  private boolean everServed;

  public ProcessorHealth(Watched watched, Duration stall, LongSupplier nanoClock) {
    this.streams = watched.streams();
    this.view = watched.view();
    this.heartbeats = watched.heartbeats();
    this.offsets = watched.offsets();
    this.failures = watched.failures();
    this.stall = stall;
    this.nanoClock = nanoClock;
    this.lastProgressNanos = nanoClock.getAsLong();
    this.lastServedNanos = nanoClock.getAsLong();
  }

  /** Records progress; call it about once a second. */
  public synchronized void refresh() {
    Map<InputPartition, Long> committed = offsets.committed();
    if (!offsets.isBehind() || !committed.equals(lastCommitted)) {
      lastProgressNanos = nanoClock.getAsLong();
      lastCommitted = committed;
    }
    if (view.servablePartitions() == view.openPartitions()
        && streams.state() == KafkaStreams.State.RUNNING) {
      lastServedNanos = nanoClock.getAsLong();
      everServed = true;
    }
  }

  public synchronized Health live() {
    Optional<String> stopped = failures.stopped();
    if (stopped.isPresent()) {
      return Health.bad(stopped.get());
    }
    return switch (streams.state()) {
      case ERROR, NOT_RUNNING ->
          Health.bad("Kafka Streams is " + streams.state() + "; see the log for the cause");
      default -> Health.good("Kafka Streams is " + streams.state());
    };
  }

  /** The cause of a failed thread comes before its consequences. */
  public synchronized Health ready() {
    Health ready = progress();
    Optional<String> failure = failures.last();
    return ready.ok() || failure.isEmpty() || failures.stopped().isPresent()
        ? ready
        : Health.bad(failure.get() + "; " + ready.cause());
  }

  private Health progress() {
    Health live = live();
    if (!live.ok()) {
      return live;
    }
    if (!heartbeats.isAnyFresh()) {
      return Health.bad("the group coordinator does not answer the heartbeats of this instance");
    }
    OptionalLong lastAnswer = offsets.lastAnswerNanos();
    if (lastAnswer.isEmpty() || secondsSince(lastAnswer.getAsLong()) > stall.toSeconds()) {
      return Health.bad("the broker does not report the offsets of the input topics");
    }
    if (secondsSince(lastProgressNanos) > stall.toSeconds()) {
      return Health.bad(
          "nothing was committed for %d s though records are waiting"
              .formatted(secondsSince(lastProgressNanos)));
    }
    if (!everServed || secondsSince(lastServedNanos) > stall.toSeconds()) {
      return Health.bad(
          "%d of %d open partitions of the metrics topic are served; Kafka Streams is %s"
              .formatted(view.servablePartitions(), view.openPartitions(), streams.state()));
    }
    return offsets
        .heldBack(stall)
        .map(held -> Health.good("records are counted and served, but " + held))
        .orElse(Health.good("records are counted and served"));
  }

  private long secondsSince(long nanos) {
    return (nanoClock.getAsLong() - nanos) / NANOS_PER_SECOND;
  }
}
