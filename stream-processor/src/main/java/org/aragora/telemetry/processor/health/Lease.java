package org.aragora.telemetry.processor.health;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.aragora.telemetry.processor.flow.BrokerContact;

/**
 * The right to serve what a stream thread has open. It needs answered heartbeats, and a sign of
 * life of the thread itself: Kafka's heartbeats go on without the thread until {@code
 * max.poll.interval.ms} ends, and then the group gives its partitions away at once. Thread-safe.
 */
public final class Lease implements BrokerContact {
  private static final Duration LEAST_SILENCE = Duration.ofSeconds(1);

  private final BooleanSupplier isCurrent;
  private final HeartbeatWatch heartbeats;
  private final long maxSilenceNanos;
  private final LongSupplier nanoClock;
  private final Map<String, Long> aliveAtNanos = new ConcurrentHashMap<>();

  /**
   * Creates a lease.
   *
   * @param isCurrent returns true if it is certain that no other generation is current
   * @param maxSilence greatest age of a thread's sign of life; see {@link #maxSilence}
   */
  public Lease(
      BooleanSupplier isCurrent,
      HeartbeatWatch heartbeats,
      Duration maxSilence,
      LongSupplier nanoClock) {
    this.isCurrent = isCurrent;
    this.heartbeats = heartbeats;
    this.maxSilenceNanos = maxSilence.toNanos();
    this.nanoClock = nanoClock;
  }

  /**
   * The silence of a thread up to which the group cannot have given its partitions away. A thread
   * polls at least once in half a poll interval while it gives signs of life.
   */
  public static Duration maxSilence(Duration maxPollInterval, Duration sessionTimeout) {
    Duration silence = maxPollInterval.minus(sessionTimeout).dividedBy(2);
    return silence.compareTo(LEAST_SILENCE) < 0 ? LEAST_SILENCE : silence;
  }

  @Override
  public void onAlive(String streamThread) {
    aliveAtNanos.put(streamThread, nanoClock.getAsLong());
  }

  @Override
  public boolean isFresh(String streamThread) {
    Long atNanos = aliveAtNanos.get(streamThread);
    return atNanos != null
        && nanoClock.getAsLong() - atNanos < maxSilenceNanos
        && isCurrent.getAsBoolean()
        && heartbeats.isFresh(streamThread);
  }
}
