package org.aragora.telemetry.exporter.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.aragora.telemetry.schemas.topic.DeadLetterHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Parks records that the backend will never take: key, value and headers as they were, and where
 * they came from and why in {@code aragora-dlq-*} headers.
 */
public final class DeadLetters implements AutoCloseable {

  private static final int MAX_MESSAGE_CHARS = 1024;

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final String exporter;

  /** Writes with {@code producer}, which must wait for all replicas, to {@code topic}. */
  public DeadLetters(Producer<byte[], byte[]> producer, String topic, String exporter) {
    this.producer = producer;
    this.topic = topic;
    this.exporter = exporter;
  }

  /**
   * Completes when the broker has the dead letter.
   *
   * @param record as it was read first
   * @param start what was known of its debate then, null without
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback says the same
  CompletableFuture<Void> park(
      ConsumerRecord<byte[], byte[]> record,
      DebateLog.@Nullable Start start,
      String reason,
      String message) {
    Headers headers = new RecordHeaders(record.headers().toArray());
    header(headers, DeadLetterHeaders.TOPIC, record.topic());
    header(headers, DeadLetterHeaders.PARTITION, Integer.toString(record.partition()));
    header(headers, DeadLetterHeaders.OFFSET, Long.toString(record.offset()));
    header(headers, DeadLetterHeaders.TIMESTAMP, Long.toString(record.timestamp()));
    header(headers, DeadLetterHeaders.REASON, reason);
    header(
        headers,
        DeadLetterHeaders.MESSAGE,
        message.length() <= MAX_MESSAGE_CHARS ? message : message.substring(0, MAX_MESSAGE_CHARS));
    header(headers, DeadLetterHeaders.EXPORTER, exporter);
    headers.remove(DeadLetterHeaders.DEBATE);
    if (start != null) {
      headers.add(DeadLetterHeaders.DEBATE, StartText.write(start));
    }
    CompletableFuture<Void> parked = new CompletableFuture<>();
    try {
      producer.send(
          new ProducerRecord<>(topic, null, record.key(), record.value(), headers),
          (metadata, failure) -> {
            if (failure == null) {
              parked.complete(null);
            } else {
              parked.completeExceptionally(failure);
            }
          });
    } catch (RuntimeException failure) {
      parked.completeExceptionally(failure);
    }
    return parked;
  }

  private static void header(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(name, value.getBytes(UTF_8));
  }

  @Override
  public void close() {
    producer.close();
  }
}
