package org.aragora.telemetry.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.aragora.telemetry.quickstart.load.Load;
import org.aragora.telemetry.schemas.topic.Topics;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.oracle.ExpectedExports;
import org.aragora.telemetry.testbed.oracle.OracleEvent;
import org.jspecify.annotations.Nullable;

/**
 * Reader of every committed record of the input topics. It counts them by writer, independently of
 * the processor.
 */
final class BrokerCount implements AutoCloseable {

  /** Source of the ends that the processor proposes. */
  private static final String PROCESSOR = "/aragora/telemetry";

  private static final Duration POLL = Duration.ofMillis(200);

  /**
   * Records of one topic by writer.
   *
   * @param load by the load
   * @param processor by the processor
   * @param others by other clients, valid or not
   */
  record Written(long load, long processor, long others) {
    static final Written NOTHING = new Written(0, 0, 0);

    long sum() {
      return load + processor + others;
    }

    Written plus(Written more) {
      return new Written(load + more.load, processor + more.processor, others + more.others);
    }
  }

  private final Load load;
  private final Set<String> loadSources;
  private final Consumer<byte[], byte[]> consumer;
  private final Map<String, Written> written = new ConcurrentHashMap<>();
  private final Map<TopicPartition, Long> nextOffsets = new ConcurrentHashMap<>();
  private final ExpectedExports expected = new ExpectedExports();
  private final AtomicReference<@Nullable CountDownLatch> wanted = new AtomicReference<>();
  private final Thread thread = new Thread(this::run, "broker-count");

  private BrokerCount(Load load, Consumer<byte[], byte[]> consumer) {
    this.load = load;
    this.loadSources = load.sources();
    this.consumer = consumer;
  }

  static BrokerCount start(String bootstrapServers, int partitions, Load load) {
    BrokerCount count =
        new BrokerCount(
            load,
            BrokerTopics.consumer(
                bootstrapServers, BrokerTopics.inputs(Topics.DEFAULT_PREFIX, partitions)));
    count.thread.setDaemon(true);
    count.thread.start();
    return count;
  }

  /** Spans and lines of the events of the load and the processor; those of others are left out. */
  ExpectedExports.Exports expected() {
    return expected.sum();
  }

  /** Counts of the records read so far, by topic. */
  Map<String, Written> written() {
    return Map.copyOf(written);
  }

  /**
   * Offsets after the records of {@link #written()} and perhaps a few more, if read after it; a
   * partition without a record is absent.
   */
  Map<TopicPartition, Long> nextOffsets() {
    return Map.copyOf(nextOffsets);
  }

  /**
   * Waits until everything is read that is in the topics now.
   *
   * @return false if that takes longer than the bound
   */
  boolean awaitEnd(Duration bound) throws InterruptedException {
    CountDownLatch read = new CountDownLatch(1);
    wanted.set(read);
    return read.await(bound.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    consumer.wakeup();
    try {
      thread.join(POLL.toMillis() * 10);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (consumer) {
      while (true) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          JsonNode event = OracleEvent.tree(record.value());
          Written one = writerOf(event.path("source").asText());
          if (one.others() == 0) {
            expected.add(event);
          }
          if (one.load() > 0) {
            load.onWritten(new TopicPartition(record.topic(), record.partition()), event);
          }
          nextOffsets.put(
              new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
          written.merge(record.topic(), one, Written::plus);
        }
        CountDownLatch read = wanted.get();
        if (read != null && isAtEnd()) {
          read.countDown();
          wanted.compareAndSet(read, null);
        }
      }
    } catch (WakeupException e) {
      // closed
    }
  }

  private boolean isAtEnd() {
    return consumer.endOffsets(consumer.assignment()).entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  private Written writerOf(String source) {
    if (PROCESSOR.equals(source)) {
      return new Written(0, 1, 0);
    }
    return loadSources.contains(source) ? new Written(1, 0, 0) : new Written(0, 0, 1);
  }
}
