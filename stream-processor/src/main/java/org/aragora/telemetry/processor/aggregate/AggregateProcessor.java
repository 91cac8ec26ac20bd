package org.aragora.telemetry.processor.aggregate;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.counting.metric.MetricDescriptor;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.WindowKey;
import org.aragora.telemetry.processor.flow.MeasuredEvent;
import org.aragora.telemetry.processor.flow.Times;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@link Aggregation} in a task and writes its values out once per interval. All that an
 * aborted transaction can undo lives between {@code init} and {@code close}.
 */
public final class AggregateProcessor
    implements Processor<InputPartition, MeasuredEvent, Object, byte[]> {

  /** Names of the nodes that follow. */
  public record Children(String totals, String windows) {}

  private final InputTopic topic;
  private final String storeName;
  private final Children children;
  private final Map<String, MetricDescriptor> metrics = new HashMap<>();
  private final AggregateSettings settings;
  private final Duration writeInterval;
  private @Nullable Aggregation aggregation;

  public AggregateProcessor(
      InputTopic topic,
      String storeName,
      Children children,
      List<MetricDescriptor> metrics,
      AggregateSettings settings,
      Duration writeInterval) {
    this.topic = topic;
    this.storeName = storeName;
    this.children = children;
    this.settings = settings;
    this.writeInterval = writeInterval;
    metrics.forEach(metric -> this.metrics.put(metric.name(), metric));
    ownMetrics().forEach(metric -> this.metrics.put(metric.name(), metric));
  }

  /** Metrics that this stage adds to those of the catalog. */
  public static List<MetricDescriptor> ownMetrics() {
    return List.of(Totals.FOLDED);
  }

  @Override
  public void init(ProcessorContext<Object, byte[]> context) {
    Aggregation opened =
        new Aggregation(
            new InputPartition(topic, context.taskId().partition()),
            metrics,
            settings,
            context.getStateStore(storeName),
            context::currentSystemTimeMs,
            new Forwarder(context));
    aggregation = opened;
    context.schedule(
        Times.WRITE_ANCHOR,
        writeInterval,
        PunctuationType.WALL_CLOCK_TIME,
        nowMs -> opened.writeOut());
  }

  @Override
  public void process(Record<InputPartition, MeasuredEvent> record) {
    if (aggregation == null) {
      throw new IllegalStateException("the aggregate task of " + topic + " is not open");
    }
    aggregation.apply(record.value());
  }

  @Override
  public void close() {
    aggregation = null;
  }

  /** Outputs carry wall-clock timestamps: retention of the output topics goes by them. */
  private final class Forwarder implements Output {
    private final ProcessorContext<Object, byte[]> context;

    Forwarder(ProcessorContext<Object, byte[]> context) {
      this.context = context;
    }

    @Override
    public void total(MetricsKey.Partial key, byte[] value) {
      context.forward(new Record<>(key, value, context.currentSystemTimeMs()), children.totals());
    }

    @Override
    public void window(WindowKey key, byte[] value) {
      context.forward(new Record<>(key, value, context.currentSystemTimeMs()), children.windows());
    }
  }
}
