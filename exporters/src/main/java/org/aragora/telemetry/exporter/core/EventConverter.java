package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * What the converters of every backend share: reading the event, its time, what the log says of its
 * debate, and that a debate ends once.
 *
 * @param <P> what one record becomes
 */
public abstract class EventConverter<P> implements Converter<P> {

  private final EventCodec codec;
  private final String topicPrefix;
  private final Duration lookback;
  private final DebateLog debates;

  protected EventConverter(EventCodec codec, String topicPrefix, Duration lookback) {
    this.codec = codec;
    this.topicPrefix = topicPrefix;
    this.lookback = lookback;
    debates = new DebateLog(lookback);
  }

  /**
   * What an event is to this exporter.
   *
   * @param topic full name of the topic that it was read from
   * @param valueBytes of the record
   * @param time when it happened: its own time, else its append time
   * @param start what is known of the start of a debate that ended, null for everything else
   */
  protected abstract Conversion<P> convert(
      Event event, String topic, int valueBytes, Instant time, DebateLog.@Nullable Start start);

  @Override
  public final Conversion<P> convert(ConsumerRecord<byte[], byte[]> record) {
    Event event = read(record);
    if (event == null) {
      return new Conversion.Skip<>("invalid");
    }
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    DebateLog.Start start = null;
    if (event.data() instanceof DebateCompleted completed) {
      if (debates.hasEnded(partition, completed.debateId(), record.timestamp())) {
        debates.note(partition, record.timestamp(), event);
        return new Conversion.Skip<>("already_ended");
      }
      start = debates.start(partition, completed.debateId(), record.timestamp());
    }
    debates.note(partition, record.timestamp(), event);
    return converted(event, record, start);
  }

  @Override
  public final Conversion<P> convertAgain(
      ConsumerRecord<byte[], byte[]> origin, DebateLog.@Nullable Start start) {
    Event event = read(origin);
    return event == null ? new Conversion.Skip<>("invalid") : converted(event, origin, start);
  }

  private Conversion<P> converted(
      Event event, ConsumerRecord<byte[], byte[]> record, DebateLog.@Nullable Start start) {
    Instant time = event.time();
    try {
      return convert(
          event,
          record.topic(),
          record.serializedValueSize(),
          time == null ? Instant.ofEpochMilli(record.timestamp()) : time,
          start);
    } catch (RuntimeException defect) {
      return new Conversion.Failed<>(defect, start);
    }
  }

  @Override
  public final Duration lookback(String topic) {
    return InputTopic.DEBATES.under(topicPrefix).equals(topic) ? lookback : Duration.ZERO;
  }

  @Override
  public final void remember(ConsumerRecord<byte[], byte[]> record) {
    Event event = read(record);
    if (event != null) {
      debates.note(
          new TopicPartition(record.topic(), record.partition()), record.timestamp(), event);
    }
  }

  @Override
  public final void forget(TopicPartition partition) {
    debates.forget(partition);
  }

  private @Nullable Event read(ConsumerRecord<byte[], byte[]> record) {
    InputTopic topic = InputTopic.byName(topicPrefix, record.topic());
    if (topic == null) {
      throw new IllegalStateException(record.topic() + " is no topic of events.");
    }
    Decoded decoded = codec.decode(topic, record.value(), record.timestamp());
    return decoded instanceof Decoded.Valid valid ? valid.event() : null;
  }
}
