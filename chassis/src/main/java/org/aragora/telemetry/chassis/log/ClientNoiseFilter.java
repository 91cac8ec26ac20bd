package org.aragora.telemetry.chassis.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Limits lines of Kafka's clients. While a broker is away, or refuses the login, each client logs
 * one per attempt, several a second: one a minute passes. What is not a fault at all is denied:
 *
 * <ul>
 *   <li>a transaction that begins, or an offset that is asked for, while a transaction is being
 *       completed,
 *   <li>an answer about a partition that has just been given away,
 *   <li>a topic whose tasks change hands within a rebalance,
 *   <li>advice on a thread that no topology of ours has.
 * </ul>
 */
final class ClientNoiseFilter extends TurboFilter {
  private static final String KAFKA = "org.apache.kafka.";
  private static final List<String> AWAY =
      List.of(
          "could not be established",
          "disconnected",
          "Error connecting to node",
          "Couldn't resolve server",
          "terminated during authentication");
  private static final String REFUSED = "failed authentication due to";
  private static final List<String> HARMLESS =
      List.of(
          "CONCURRENT_TRANSACTIONS",
          "due to error UNSTABLE_OFFSET_COMMIT",
          "as it is no longer assigned",
          "subscribed topics are not assigned to any members",
          "exception handler is not enabled for the GlobalThread");
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier nanos;
  private final AtomicLong lastAway;
  private final AtomicLong lastRefused;

  ClientNoiseFilter(LongSupplier nanos) {
    this.nanos = nanos;
    this.lastAway = new AtomicLong(nanos.getAsLong() - PAUSE_NANOS);
    this.lastRefused = new AtomicLong(lastAway.get());
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] arguments,
      @Nullable Throwable failure) {
    if (format == null || !logger.getName().startsWith(KAFKA)) {
      return FilterReply.NEUTRAL;
    }
    if (level == Level.ERROR) {
      return format.contains(REFUSED) && !isDue(lastRefused)
          ? FilterReply.DENY
          : FilterReply.NEUTRAL;
    }
    if (level != Level.WARN) {
      return FilterReply.NEUTRAL;
    }
    if (HARMLESS.stream().anyMatch(format::contains)) {
      return FilterReply.DENY;
    }
    boolean away = AWAY.stream().anyMatch(format::contains);
    return away && !isDue(lastAway) ? FilterReply.DENY : FilterReply.NEUTRAL;
  }

  private boolean isDue(AtomicLong last) {
    long now = nanos.getAsLong();
    long before = last.get();
    return now - before >= PAUSE_NANOS && last.compareAndSet(before, now);
  }
}
