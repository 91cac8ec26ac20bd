package org.aragora.telemetry.processor.pipeline;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.aragora.telemetry.schemas.codec.EventCodec;
import org.jspecify.annotations.Nullable;

/**
 * Clients of Kafka Streams whose reader of inputs keeps no part of a record that is larger than any
 * valid event. Topics limit a batch after compression, so a record of 50 MiB can take some
 * kilobytes there. Of a key or value, one byte more than the limit is kept, so that it is still too
 * large; such a header is left out. A header keeps the size, by the name that a dead letter has it
 * under. A poll ends once its records have {@link #POLL_BYTES}, so that many large records never
 * wait in the heap together.
 */
public final class BoundedRecords implements KafkaClientSupplier {
  static final int LIMIT = EventCodec.MAX_VALUE_BYTES;

  /** Bytes of the records of one poll, as they are kept; the last record may lie beyond. */
  static final long POLL_BYTES = 16L << 20;

  /** For readers of times and offsets: keeps one byte of a key or value. */
  public static Deserializer<byte[]> nothing() {
    return new Bounded(DeadLetter.VALUE_SIZE, 0, new PollBudget(Long.MAX_VALUE));
  }

  @Override
  public Admin getAdmin(Map<String, Object> settings) {
    return Admin.create(settings);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> settings) {
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> settings) {
    return new Reader(settings, new PollBudget(POLL_BYTES));
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> settings) {
    return whole(settings);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> settings) {
    return whole(settings);
  }

  private static Consumer<byte[], byte[]> whole(Map<String, Object> settings) {
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static final class Reader extends KafkaConsumer<byte[], byte[]> {
    private final PollBudget budget;

    Reader(Map<String, Object> settings, PollBudget budget) {
      super(
          settings,
          new Bounded(DeadLetter.KEY_SIZE, LIMIT, budget),
          new Bounded(DeadLetter.VALUE_SIZE, LIMIT, budget));
      this.budget = budget;
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      budget.renew();
      return super.poll(timeout);
    }
  }

  /**
   * Reads keys or values.
   *
   * @param sizeHeader header that keeps the size of what is cut
   * @param limit one byte more is kept
   * @param budget of the poll, over keys and values
   */
  record Bounded(String sizeHeader, int limit, PollBudget budget) implements Deserializer<byte[]> {

    @SuppressWarnings("NullAway") // Kafka's records may have neither key nor value
    @Override
    public byte[] deserialize(String topic, byte @Nullable [] data) {
      return data;
    }

    @SuppressWarnings("NullAway")
    @Override
    public byte[] deserialize(String topic, Headers headers, @Nullable ByteBuffer data) {
      dropLarge(headers);
      budget.record(headers);
      if (data == null) {
        return null;
      }
      int size = data.remaining();
      if (size > limit) {
        put(headers, sizeHeader, size);
      }
      byte[] kept = new byte[Math.min(size, limit + 1)];
      budget.take(kept.length);
      data.get(data.position(), kept);
      return kept;
    }

    private static void dropLarge(Headers headers) {
      long size = 0;
      for (Header header : headers.toArray()) {
        if (header.value() != null && header.value().length > LIMIT) {
          headers.remove(header.key());
          size += header.value().length;
        }
      }
      if (size > 0) {
        put(headers, DeadLetter.HEADERS_SIZE, size);
      }
    }

    private static void put(Headers headers, String name, long size) {
      headers.remove(name);
      headers.add(name, String.valueOf(size).getBytes(StandardCharsets.UTF_8));
    }
  }
}
