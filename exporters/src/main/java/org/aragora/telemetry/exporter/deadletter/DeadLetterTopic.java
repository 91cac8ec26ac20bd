package org.aragora.telemetry.exporter.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.aragora.telemetry.chassis.redact.RecordRedaction;
import org.aragora.telemetry.exporter.backend.DebateStart;
import org.aragora.telemetry.schemas.text.Unicode;
import org.aragora.telemetry.schemas.text.Utf8;
import org.aragora.telemetry.schemas.topic.DeadLetterHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Topic of the dead letters. A dead letter has the key, value and headers of the original record;
 * its {@code aragora-dlq-*} headers contain the original's coordinates, the reason and the
 * exporter.
 */
public final class DeadLetterTopic implements AutoCloseable {

  private static final int MAX_MESSAGE_CHARS = 1024;
  private static final String HEADERS_SIZE = DeadLetterHeaders.PREFIX + "headers-size";
  private static final String VALUE_SIZE = DeadLetterHeaders.PREFIX + "value-size";
  private static final String KEY_SIZE = DeadLetterHeaders.PREFIX + "key-size";
  private static final int LARGE = 64 * 1024;
  private static final int SMALL = 512;

  /** Parts of a record to leave out if its dead letter does not fit the topic, in this order. */
  public enum Cut {
    NOTHING,
    HEADERS,
    LARGE_VALUE,
    ALMOST_ALL;

    /** The next cut, this one if there is none. */
    public Cut next() {
      List<Cut> all = List.of(values());
      return all.get(Math.min(all.indexOf(this) + 1, all.size() - 1));
    }
  }

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final String exporter;
  private final @Nullable RecordRedaction redaction;

  /**
   * @param producer waits for all replicas; closed by {@link #close}
   * @param redaction null if dead letters keep what was written
   */
  public DeadLetterTopic(
      Producer<byte[], byte[]> producer,
      String topic,
      String exporter,
      @Nullable RecordRedaction redaction) {
    this.redaction = redaction;
    this.producer = producer;
    this.topic = topic;
    this.exporter = exporter;
  }

  /**
   * Writes a dead letter.
   *
   * @param origin the original record
   * @param start data of its debate at the first conversion
   * @param cut what is left out; headers keep the size of each part
   * @return completes when the broker has stored it
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback has the same result
  public CompletableFuture<Void> deadLetter(
      ConsumerRecord<byte[], byte[]> origin, @Nullable DebateStart start, Cause cause, Cut cut) {
    Headers headers = new RecordHeaders();
    boolean redacted = false;
    if (cut == Cut.NOTHING) {
      for (Header header : origin.headers()) {
        Header clean = redaction == null ? header : redaction.header(header);
        redacted |= clean != header;
        headers.add(clean);
      }
    } else if (origin.headers().iterator().hasNext()) {
      put(headers, HEADERS_SIZE, Integer.toString(size(origin.headers())));
    }
    put(headers, DeadLetterHeaders.TOPIC, origin.topic());
    put(headers, DeadLetterHeaders.PARTITION, Integer.toString(origin.partition()));
    put(headers, DeadLetterHeaders.OFFSET, Long.toString(origin.offset()));
    put(headers, DeadLetterHeaders.TIMESTAMP, Long.toString(origin.timestamp()));
    put(headers, DeadLetterHeaders.REASON, cause.reason());
    put(headers, DeadLetterHeaders.MESSAGE, Unicode.cut(message(cause), MAX_MESSAGE_CHARS));
    put(headers, DeadLetterHeaders.EXPORTER, exporter);
    headers.remove(DeadLetterHeaders.DEBATE);
    if (start != null && cut.compareTo(Cut.LARGE_VALUE) <= 0) {
      byte[] text = DebateStartText.write(start);
      byte[] clean = clean(text);
      redacted |= clean != text;
      headers.add(DeadLetterHeaders.DEBATE, clean);
    }
    byte[] cleanKey = clean(origin.key());
    byte[] cleanValue = clean(origin.value());
    redacted |= cleanKey != origin.key() || cleanValue != origin.value();
    headers.remove(DeadLetterHeaders.REDACTED);
    if (redacted) {
      put(headers, DeadLetterHeaders.REDACTED, "true");
    }
    int most = cut == Cut.ALMOST_ALL ? SMALL : cut == Cut.LARGE_VALUE ? LARGE : Integer.MAX_VALUE;
    byte[] key = cut(cleanKey, cut == Cut.ALMOST_ALL ? SMALL : Integer.MAX_VALUE);
    byte[] value = cut(cleanValue, most);
    if (key != cleanKey) {
      put(headers, KEY_SIZE, Integer.toString(origin.key().length));
    }
    if (value != cleanValue) {
      put(headers, VALUE_SIZE, Integer.toString(origin.value().length));
    }
    CompletableFuture<Void> written = new CompletableFuture<>();
    try {
      producer.send(
          new ProducerRecord<>(topic, null, key, value, headers),
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

  /** Reason and text of a dead letter. */
  public record Cause(String reason, String message) {}

  private String message(Cause cause) {
    return redaction == null ? cause.message() : redaction.text(cause.message());
  }

  @SuppressWarnings("NullAway") // Kafka's records may have neither key nor value
  private byte[] clean(byte @Nullable [] bytes) {
    return bytes == null || redaction == null ? bytes : redaction.bytes(bytes);
  }

  @SuppressWarnings("NullAway") // Kafka's records may have neither key nor value
  private static byte[] cut(byte @Nullable [] bytes, int most) {
    return bytes == null ? null : Utf8.cut(bytes, most);
  }

  private static int size(Headers headers) {
    int size = 0;
    for (Header header : headers) {
      size += header.key().length() + (header.value() == null ? 0 : header.value().length);
    }
    return size;
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
