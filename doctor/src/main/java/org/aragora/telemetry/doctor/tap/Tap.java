package org.aragora.telemetry.doctor.tap;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** A reader of committed records, in no group. It writes nothing to Kafka. */
final class Tap implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final long SILENCE_NANOS = Duration.ofSeconds(10).toNanos();

  private final Consumer<byte[], byte[]> consumer;
  private final Source source;
  private final java.util.function.Consumer<String> log;
  private List<TopicPartition> partitions = List.of();
  private volatile boolean stopped;

  /** The topics under a prefix, and the address of their brokers, for sentences. */
  record Source(Set<InputTopic> topics, String prefix, String servers) {}

  /**
   * The end.
   *
   * @param count number of lines after which it ends
   * @param timeout time after which it ends
   */
  record End(long count, Duration timeout) {}

  /** {@code log}: gets sentences about the reading. */
  Tap(Consumer<byte[], byte[]> consumer, Source source, java.util.function.Consumer<String> log) {
    this.consumer = consumer;
    this.source = source;
    this.log = log;
  }

  /** Ends {@link #run}; for other threads. */
  void stop() {
    stopped = true;
    consumer.wakeup();
  }

  boolean isStopped() {
    return stopped;
  }

  /**
   * Takes its place in the topics.
   *
   * @throws IllegalStateException in a sentence if a topic or the broker is missing
   */
  void open(Beginning beginning) {
    try {
      partitions = partitions();
      consumer.assign(partitions);
      beginning.offsets(consumer, partitions, PATIENCE).forEach(consumer::seek);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "No broker at %s answered within %d s; check KAFKA_BOOTSTRAP_SERVERS and the security settings."
              .formatted(source.servers(), PATIENCE.toSeconds()),
          e);
    } catch (TopicAuthorizationException e) {
      throw refusal(e);
    }
    log.accept(
        "Reading %d partitions at %s; Ctrl-C ends it."
            .formatted(partitions.size(), source.servers()));
  }

  private static IllegalStateException refusal(TopicAuthorizationException e) {
    return new IllegalStateException(
        "Not authorized: this user lacks Read on the topic "
            + String.join(", ", e.unauthorizedTopics()),
        e);
  }

  private List<TopicPartition> partitions() {
    List<TopicPartition> found = new ArrayList<>();
    for (InputTopic topic : source.topics()) {
      String name = topic.under(source.prefix());
      List<PartitionInfo> known = consumer.partitionsFor(name, PATIENCE);
      if (known == null || known.isEmpty()) {
        throw new IllegalStateException(
            "Topic %s does not exist at %s; run bin/telemetry topics create or check ARAGORA_TELEMETRY_TOPIC_PREFIX."
                .formatted(name, source.servers()));
      }
      known.forEach(each -> found.add(new TopicPartition(name, each.partition())));
    }
    return found;
  }

  /**
   * Writes the lines of records until the end.
   *
   * @return number of lines
   * @throws IOException if nobody reads them any more
   */
  long run(RecordLines lines, End end, OutputStream to) throws IOException {
    BufferedOutputStream out = new BufferedOutputStream(to, 65_536);
    long start = System.nanoTime();
    long lastNanos = start;
    boolean silent = false;
    long shown = 0;
    try {
      while (!stopped && shown < end.count()) {
        long left = end.timeout().toNanos() - (System.nanoTime() - start);
        if (left <= 0) {
          break;
        }
        List<ConsumerRecord<byte[], byte[]>> records = poll(left);
        shown += write(records, lines, end.count() - shown, out);
        if (!records.isEmpty()) {
          lastNanos = System.nanoTime();
          silent = false;
        } else if (System.nanoTime() - lastNanos > SILENCE_NANOS) {
          silent = isAway(silent);
          lastNanos = System.nanoTime();
        }
      }
    } catch (WakeupException e) {
      // stopped
    } catch (TopicAuthorizationException e) {
      throw refusal(e);
    }
    return shown;
  }

  private List<ConsumerRecord<byte[], byte[]>> poll(long leftNanos) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    Duration left = Duration.ofNanos(leftNanos);
    consumer.poll(left.compareTo(POLL) < 0 ? left : POLL).forEach(records::add);
    records.sort(Comparator.comparingLong(ConsumerRecord::timestamp));
    return records;
  }

  private long write(
      List<ConsumerRecord<byte[], byte[]>> records,
      RecordLines lines,
      long most,
      BufferedOutputStream out)
      throws IOException {
    long written = 0;
    for (ConsumerRecord<byte[], byte[]> record : records) {
      InputTopic topic = InputTopic.byName(source.prefix(), record.topic());
      String line = topic == null || written == most ? null : lines.line(topic, record);
      if (line != null) {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        written++;
      }
    }
    out.flush();
    return written;
  }

  /** Asks the brokers for something; logs once that they do not answer. */
  private boolean isAway(boolean wasAway) {
    try {
      consumer.endOffsets(partitions.subList(0, 1), Duration.ofSeconds(5));
      return false;
    } catch (TimeoutException e) {
      if (!wasAway) {
        log.accept("No broker at %s answers; waiting.".formatted(source.servers()));
      }
      return true;
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofMillis(500)));
  }
}
