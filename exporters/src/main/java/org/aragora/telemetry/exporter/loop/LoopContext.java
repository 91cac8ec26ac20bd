package org.aragora.telemetry.exporter.loop;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
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
    BlockingQueue<Runnable> events) {

  /** Context of a new loop, with an empty queue of events. */
  public LoopContext(
      LoopSettings settings, KafkaClients clients, ExporterMetrics metrics, ExporterHealth health) {
    this(settings, clients, metrics, health, new LinkedBlockingQueue<>());
  }
}
