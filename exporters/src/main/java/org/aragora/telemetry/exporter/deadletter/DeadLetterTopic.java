package org.aragora.telemetry.exporter.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.aragora.telemetry.exporter.backend.DebateStart;
import org.aragora.telemetry.schemas.topic.DeadLetterHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Topic of the dead letters. A dead letter has the key, value and headers of the original record;
 * its {@code aragora-dlq-*} headers contain the original's coordinates, the reason and the
 * exporter.
 */
public final class DeadLetterTopic implements AutoCloseable {

  private static final int MAX_MESSAGE_CHARS = 1024;

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final String exporter;

  /**
   * @param producer waits for all replicas; closed by {@link #close}
   */
  public DeadLetterTopic(Producer<byte[], byte[]> producer, String topic, String exporter) {
    this.producer = producer;
    this.topic = topic;
    this.exporter = exporter;
  }

  /**
   * Writes a dead letter.
   *
   * @param origin the original record
   * @param start data of its debate at the first conversion
   * @return completes when the broker has stored it
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback has the same result
  public CompletableFuture<Void> deadLetter(
      ConsumerRecord<byte[], byte[]> origin,
      @Nullable DebateStart start,
      String reason,
      String message) {
    Headers headers = new RecordHeaders(origin.headers().toArray());
    put(headers, DeadLetterHeaders.TOPIC, origin.topic());
    put(headers, DeadLetterHeaders.PARTITION, Integer.toString(origin.partition()));
    put(headers, DeadLetterHeaders.OFFSET, Long.toString(origin.offset()));
    put(headers, DeadLetterHeaders.TIMESTAMP, Long.toString(origin.timestamp()));
    put(headers, DeadLetterHeaders.REASON, reason);
    put(
        headers,
        DeadLetterHeaders.MESSAGE,
        message.substring(0, Math.min(message.length(), MAX_MESSAGE_CHARS)));
    put(headers, DeadLetterHeaders.EXPORTER, exporter);
    headers.remove(DeadLetterHeaders.DEBATE);
    if (start != null) {
      headers.add(DeadLetterHeaders.DEBATE, DebateStartText.write(start));
    }
    CompletableFuture<Void> written = new CompletableFuture<>();
    try {
      producer.send(
          new ProducerRecord<>(topic, null, origin.key(), origin.value(), headers),
          (metadata, failure) -> {
            if (failure == null) {
              written.complete(null);
            } else {
              written.completeExceptionally(failure);
            }
          });
    } catch (RuntimeException e) {
      written.completeExceptionally(e);
    }
    return written;
  }

  private static void put(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(name, value.getBytes(UTF_8));
  }

  @Override
  public void close() {
    producer.close();
  }
}
