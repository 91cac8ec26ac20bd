package org.aragora.telemetry.exporter.loop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.exporter.backend.Conversion;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.exporter.backend.DebateStart;

/** The record's text is its payload. Looks back two hours in the topic of debates. */
final class TextConverter implements Converter<String> {

  static final Duration LOOKBACK = Duration.ofHours(2);

  final List<String> remembered = new ArrayList<>();
  final List<TopicPartition> forgotten = new ArrayList<>();

  @Override
  public Conversion<String> convert(ConsumerRecord<byte[], byte[]> record) {
    return convertAgain(record, null);
  }

  @Override
  public Conversion<String> convertAgain(ConsumerRecord<byte[], byte[]> origin, DebateStart start) {
    String text = new String(origin.value(), UTF_8);
    return switch (text) {
      case "skip" -> new Conversion.Skip<>("below_level");
      case "defect" -> new Conversion.Failed<>(new IllegalStateException("ours"), null);
      case "throws" -> throw new IllegalStateException("thrown");
      default -> new Conversion.Export<>(text, 2, text.length(), null);
    };
  }

  @Override
  public Duration lookback(String topic) {
    return topic.equals(TestLoop.D0.topic()) ? LOOKBACK : Duration.ZERO;
  }

  @Override
  public void remember(ConsumerRecord<byte[], byte[]> record) {
    remembered.add(new String(record.value(), UTF_8));
  }

  @Override
  public void forget(TopicPartition partition) {
    forgotten.add(partition);
  }
}
