package org.aragora.telemetry.processor.measure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.processor.flow.CountedEvent;
import org.aragora.telemetry.processor.flow.MeasuredEvent;
import org.aragora.telemetry.processor.flow.Measurement;

/** Looks up in the {@link MetricCatalog} what an event does to which series. Without state. */
public final class MeasureProcessor
    implements Processor<InputPartition, CountedEvent, InputPartition, MeasuredEvent> {
  private static final int MAX_LABEL_CHARS = 128;

  private final Map<Class<?>, List<MetricSource<?>>> sources = new HashMap<>();
  private ProcessorContext<InputPartition, MeasuredEvent> context;

  /** {@code catalog}: must not be shared with another task. */
  @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before process
  public MeasureProcessor(MetricCatalog catalog) {
    for (MetricSource<?> source : catalog.sources()) {
      sources.computeIfAbsent(source.on(), on -> new ArrayList<>()).add(source);
    }
  }

  @Override
  public void init(ProcessorContext<InputPartition, MeasuredEvent> context) {
    this.context = context;
  }

  @Override
  public void process(Record<InputPartition, CountedEvent> record) {
    context.forward(record.withValue(new MeasuredEvent(record.value(), measure(record.value()))));
  }

  /** Everything that an event does to series. */
  public List<Measurement> measure(CountedEvent event) {
    List<Measurement> measurements = new ArrayList<>();
    collect(event.event().data(), event, measurements);
    if (event.debateChange() != null) {
      collect(event.debateChange(), event, measurements);
    }
    return measurements;
  }

  private void collect(Object data, CountedEvent event, List<Measurement> measurements) {
    for (MetricSource<?> source : sources.getOrDefault(data.getClass(), List.of())) {
      source.measure(
          data,
          event,
          (change, labelValues) ->
              measurements.add(new Measurement(source.metric(), cut(labelValues), change)));
    }
  }

  private static List<String> cut(String[] labelValues) {
    for (int i = 0; i < labelValues.length; i++) {
      if (labelValues[i].length() > MAX_LABEL_CHARS) {
        labelValues[i] = cut(labelValues[i]);
      }
    }
    return List.of(labelValues);
  }

  /** The first 128 characters, a surrogate pair counting as one. */
  private static String cut(String value) {
    return value.codePointCount(0, value.length()) <= MAX_LABEL_CHARS
        ? value
        : value.substring(0, value.offsetByCodePoints(0, MAX_LABEL_CHARS));
  }
}
