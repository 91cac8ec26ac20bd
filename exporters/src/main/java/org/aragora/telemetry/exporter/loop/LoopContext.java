package org.aragora.telemetry.exporter.loop;

import java.time.Clock;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.LongSupplier;
import org.aragora.telemetry.exporter.health.ExporterHealth;
import org.aragora.telemetry.exporter.health.ExporterMetrics;

/**
 * Objects that all parts of one loop share.
 *
 * @param events tasks that other threads pass to the loop's thread
 */
public record LoopContext(
    LoopSettings settings,
    KafkaClients clients,
    ExporterMetrics metrics,
    ExporterHealth health,
    BlockingQueue<Runnable> events,
    Time time) {

  /**
   * Clocks of a loop.
   *
   * @param nanos as {@link System#nanoTime}: for pauses and intervals
   * @param clock for append times alone
   */
  public record Time(LongSupplier nanos, Clock clock) {
    long now() {
      return nanos.getAsLong();
    }
  }

  /** Context of a new loop, with an empty queue of events and the clocks of the machine. */
  public LoopContext(
      LoopSettings settings, KafkaClients clients, ExporterMetrics metrics, ExporterHealth health) {
    this(
        settings,
        clients,
        metrics,
        health,
        new LinkedBlockingQueue<>(),
        new Time(System::nanoTime, Clock.systemUTC()));
  }
}
