package org.aragora.telemetry.producer.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;
import org.aragora.telemetry.producer.TelemetryProducer;
import org.aragora.telemetry.producer.report.DropReason;
import org.aragora.telemetry.producer.report.ProducerStats;
import org.aragora.telemetry.producer.report.ProducerStats.TopicStats;

/**
 * Binds {@link TelemetryProducer#stats} to a registry: {@code aragora.telemetry.client.offered},
 * {@code .acknowledged} and {@code .queued} by topic, {@code .dropped} by topic and reason, {@code
 * .recovered} and {@code .damaged}. The names differ from those of the processor, which counts the
 * same events for all instances.
 *
 * <pre>{@code
 * new ProducerMeters(telemetry).bindTo(registry);
 * }</pre>
 */
public final class ProducerMeters implements MeterBinder {
  private static final String PREFIX = "aragora.telemetry.client.";
  private final TelemetryProducer telemetry;

  /** Meters of one producer. */
  public ProducerMeters(TelemetryProducer telemetry) {
    this.telemetry = telemetry;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    telemetry.stats().topics().keySet().forEach(topic -> bind(topic, registry));
    counter("recovered", "Events of earlier runs, found in the spool", ProducerStats::recovered)
        .register(registry);
    counter("damaged", "Events of earlier runs, unreadable in the spool", ProducerStats::damaged)
        .register(registry);
  }

  private void bind(String topic, MeterRegistry registry) {
    counter("offered", "Events that were emitted", of(topic, TopicStats::offered))
        .tag("topic", topic)
        .register(registry);
    counter("acknowledged", "Events that the broker has", of(topic, TopicStats::acknowledged))
        .tag("topic", topic)
        .register(registry);
    for (DropReason reason : DropReason.values()) {
      counter("dropped", "Events that were dropped", of(topic, all -> dropped(all, reason)))
          .tag("topic", topic)
          .tag("reason", reason.label())
          .register(registry);
    }
    ToDoubleFunction<ProducerStats> queued = of(topic, TopicStats::queued);
    Gauge.builder(PREFIX + "queued", telemetry, now -> queued.applyAsDouble(now.stats()))
        .description("Events that are on their way")
        .baseUnit("events")
        .tag("topic", topic)
        .register(registry);
  }

  private static long dropped(TopicStats topic, DropReason reason) {
    Long count = topic.reasons().get(reason);
    return count == null ? 0 : count;
  }

  private static ToDoubleFunction<ProducerStats> of(
      String topic, ToDoubleFunction<TopicStats> value) {
    return stats -> {
      TopicStats one = stats.topics().get(topic);
      return one == null ? 0 : value.applyAsDouble(one);
    };
  }

  private FunctionCounter.Builder<TelemetryProducer> counter(
      String name, String description, ToDoubleFunction<ProducerStats> value) {
    return FunctionCounter.builder(
            PREFIX + name, telemetry, now -> value.applyAsDouble(now.stats()))
        .description(description)
        .baseUnit("events");
  }
}
