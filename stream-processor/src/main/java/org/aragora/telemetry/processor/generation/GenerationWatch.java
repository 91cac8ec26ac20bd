package org.aragora.telemetry.processor.generation;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.aragora.telemetry.chassis.topics.TopicLog;
import org.aragora.telemetry.counting.generation.GenerationRecord;
import org.aragora.telemetry.counting.generation.Generations;

/**
 * Reads the current generation from the broker and dates the answer. {@link #refresh} is for one
 * thread, the rest for any.
 */
final class GenerationWatch implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final TopicLog log;
  private final LongSupplier nanoClock;
  private volatile long askedAtNanos;
  private volatile boolean asked;
  private Generations known = Generations.NONE;

  /** {@code log}: closed with this. */
  GenerationWatch(TopicLog log, LongSupplier nanoClock) {
    this.log = log;
    this.nanoClock = nanoClock;
  }

  /**
   * Asks the broker.
   *
   * @throws org.apache.kafka.common.KafkaException if it does not answer
   */
  Generations refresh() {
    long nowNanos = nanoClock.getAsLong();
    log.read(
        PATIENCE,
        (key, value) ->
            GenerationRecord.find(key, value).ifPresent(record -> known = known.with(record)));
    askedAtNanos = nowNanos;
    asked = true;
    return known;
  }

  /** Returns true if the last answer is younger than {@code maxAge}. */
  boolean isFresh(Duration maxAge) {
    return asked && nanoClock.getAsLong() - askedAtNanos < maxAge.toNanos();
  }

  @Override
  public void close() {
    log.close();
  }
}
