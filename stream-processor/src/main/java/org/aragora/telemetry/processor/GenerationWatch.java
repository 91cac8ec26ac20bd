package org.aragora.telemetry.processor;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.aragora.telemetry.counting.generation.GenerationLog;
import org.aragora.telemetry.counting.generation.Generations;

/**
 * Knows which generation is to be served, and since when it knows. {@link #look} is for one thread,
 * the rest for any.
 */
final class GenerationWatch implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final GenerationLog log;
  private final LongSupplier nanoClock;
  private volatile long askedAtNanos;
  private volatile boolean asked;

  /** {@code log}: closed with this. */
  GenerationWatch(GenerationLog log, LongSupplier nanoClock) {
    this.log = log;
    this.nanoClock = nanoClock;
  }

  /**
   * Asks the broker.
   *
   * @throws org.apache.kafka.common.KafkaException where it does not say
   */
  Generations look() {
    long nowNanos = nanoClock.getAsLong();
    Generations found = log.read(PATIENCE);
    askedAtNanos = nowNanos;
    asked = true;
    return found;
  }

  /** Whether the last answer is younger than {@code maxAge}. */
  boolean isFresh(Duration maxAge) {
    return asked && nanoClock.getAsLong() - askedAtNanos < maxAge.toNanos();
  }

  @Override
  public void close() {
    log.close();
  }
}
