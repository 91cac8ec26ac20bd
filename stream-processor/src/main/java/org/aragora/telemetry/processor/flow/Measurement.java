package org.aragora.telemetry.processor.flow;

import java.util.List;
import java.util.function.Consumer;
import org.aragora.telemetry.counting.metric.Aggregate;
import org.aragora.telemetry.counting.metric.MetricDescriptor;

/**
 * What an event does to one series.
 *
 * @param metric the metric
 * @param labelValues in the order of the metric's labels
 * @param change applied to the series' aggregate, once in total and once in its window
 */
public record Measurement(
    MetricDescriptor metric, List<String> labelValues, Consumer<Aggregate> change) {}
