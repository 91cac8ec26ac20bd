package org.aragora.telemetry.processor.failure;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * The places of the failures of one Kafka Streams client, by exception. Kafka Streams reports them
 * to its handlers only; the exception that ends a thread does not contain them. Thread-safe.
 */
public final class Places {
  /** Setting of Kafka Streams that contains this object for {@link Handler}. */
  static final String SETTING = "aragora.telemetry.failure.places";

  private final String topicPrefix;
  private final Map<Throwable, Place> places = Collections.synchronizedMap(new WeakHashMap<>());

  public Places(String topicPrefix) {
    this.topicPrefix = topicPrefix;
  }

  /** Settings with which Kafka Streams reports to this object. */
  public Map<String, Object> settings() {
    return Map.of(
        SETTING,
        this,
        "production.exception.handler",
        Handler.class,
        "processing.exception.handler",
        Handler.class);
  }

  /** The place of the first exception of a chain that has one. */
  Place of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      Place place = places.get(cause);
      if (place != null) {
        return place;
      }
    }
    return Place.UNKNOWN;
  }

  private void record(ErrorHandlerContext at, @Nullable String sink, Exception failure) {
    places.put(failure, place(at, sink));
  }

  @SuppressWarnings("NullAway") // a punctuator has no topic, and a changelog no node
  private Place place(ErrorHandlerContext at, @Nullable String sink) {
    int partition = at.taskId() == null ? at.partition() : at.taskId().partition();
    if (at.topic() != null) {
      return new Place(at.topic(), at.partition(), at.offset(), true, sink);
    }
    InputTopic input = sink == null ? null : Place.inputOf(sink);
    if (input == null && at.processorNodeId() != null) {
      input = Place.inputOf(at.processorNodeId());
    }
    return new Place(input == null ? null : input.under(topicPrefix), partition, -1, false, sink);
  }

  /** Records each failure and ends the thread, as without it. */
  public static final class Handler
      implements ProductionExceptionHandler, ProcessingExceptionHandler {
    private @Nullable Places places;

    @Override
    public void configure(Map<String, ?> settings) {
      places = (Places) settings.get(SETTING);
    }

    @Override
    public ProductionExceptionHandler.Response handleError(
        ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception failure) {
      if (places != null) {
        places.record(context, record.topic(), failure);
      }
      return ProductionExceptionHandler.Response.fail();
    }

    @Override
    public ProcessingExceptionHandler.Response handleError(
        ErrorHandlerContext context, Record<?, ?> record, Exception failure) {
      if (places != null) {
        places.record(context, null, failure);
      }
      return ProcessingExceptionHandler.Response.fail();
    }
  }
}
