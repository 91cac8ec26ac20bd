package org.aragora.telemetry.exporter.backend;

import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.schemas.codec.Decoded;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.envelope.EventTime;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Base of the converters of all backends. Decodes the event, determines its time, finds the start
 * of its debate, and skips the second end of a debate.
 *
 * @param <P> payload of one record
 */
public abstract class EventConverter<P> implements Converter<P> {

  private final EventCodec codec = JsonEventCodec.create();
  private final String topicPrefix;
  private final Duration lookback;
  private final Duration maxClockSkew;
  private final DebateLog debates;

  protected EventConverter(EventRules rules) {
    topicPrefix = rules.topicPrefix();
    lookback = rules.lookback();
    maxClockSkew = rules.maxClockSkew();
    debates = new DebateLog(lookback);
  }

  /** Converts a valid event. */
  protected abstract Conversion<P> convert(EventRecord record);

  @Override
  public final Conversion<P> convert(ConsumerRecord<byte[], byte[]> record) {
    Event event = decode(record);
    if (event == null) {
      return new Conversion.Skip<>("invalid");
    }
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    DebateStart start = null;
    if (event.data() instanceof DebateCompleted completed) {
      if (debates.hasEnded(partition, completed.debateId(), record.timestamp())) {
        debates.record(partition, record.timestamp(), event);
        return new Conversion.Skip<>("already_ended");
      }
      start = debates.start(partition, completed.debateId(), record.timestamp());
    }
    debates.record(partition, record.timestamp(), event);
    return convert(event, record, start);
  }

  @Override
  public final Conversion<P> convertAgain(
      ConsumerRecord<byte[], byte[]> origin, @Nullable DebateStart start) {
    Event event = decode(origin);
    return event == null ? new Conversion.Skip<>("invalid") : convert(event, origin, start);
  }

  private Conversion<P> convert(
      Event event, ConsumerRecord<byte[], byte[]> record, @Nullable DebateStart start) {
    EventTime time = EventTime.of(event, record.timestamp(), maxClockSkew);
    try {
      return convert(new EventRecord(event, record, time, start));
    } catch (RuntimeException e) {
      return new Conversion.Failed<>(e, start);
    }
  }

  @Override
  public final Duration lookback(String topic) {
    return InputTopic.DEBATES.under(topicPrefix).equals(topic) ? lookback : Duration.ZERO;
  }

  @Override
  public final void remember(ConsumerRecord<byte[], byte[]> record) {
    Event event = decode(record);
    if (event != null) {
      debates.record(
          new TopicPartition(record.topic(), record.partition()), record.timestamp(), event);
    }
  }

  @Override
  public final void forget(TopicPartition partition) {
    debates.forget(partition);
  }

  private @Nullable Event decode(ConsumerRecord<byte[], byte[]> record) {
    InputTopic topic = InputTopic.byName(topicPrefix, record.topic());
    if (topic == null) {
      throw new IllegalStateException("%s is not an input topic.".formatted(record.topic()));
    }
    Decoded decoded =
        codec.decode(topic, record.key(), record.headers(), record.value(), record.timestamp());
    return decoded instanceof Decoded.Valid valid ? valid.event() : null;
  }
}
