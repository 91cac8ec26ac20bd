package org.aragora.telemetry.quickstart;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads every committed record of the input topics and counts by whom it was written: the other
 * side of what the processor says that it counted.
 */
final class BrokerCount implements AutoCloseable {

  /** Source of what the processor writes into input topics: debates that it gives up. */
  private static final String PROCESSOR = "/aragora/telemetry";

  private static final Duration POLL = Duration.ofMillis(200);

  /**
   * Records of one topic by writer.
   *
   * @param load by the sample load
   * @param processor by the processor
   * @param others by anybody else, whatever they are
   */
  record Written(long load, long processor, long others) {
    long sum() {
      return load + processor + others;
    }
  }

  private final List<String> topics;
  private final Set<String> loadSources;
  private final Consumer<byte[], byte[]> consumer;
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
  private final ExpectedExports expected = new ExpectedExports();
  private final Thread thread = new Thread(this::run, "broker-count");

  private BrokerCount(String bootstrapServers, List<String> topics, List<String> loadSources) {
    this.topics = List.copyOf(topics);
    this.loadSources = Set.copyOf(loadSources);
    this.consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
  }

  static BrokerCount start(String bootstrapServers, List<String> topics, List<String> loadSources) {
    BrokerCount count = new BrokerCount(bootstrapServers, topics, loadSources);
    count.thread.setDaemon(true);
    count.thread.start();
    return count;
  }

  /** Spans and lines that the events of the load and the processor give; others' are left out. */
  ExpectedExports.Exports expected() {
    return expected.sum();
  }

  /** What was read so far, by topic. */
  Map<String, Written> written() {
    Map<String, Written> written = new TreeMap<>();
    for (String topic : topics) {
      written.put(
          topic,
          new Written(
              count(topic, Writer.LOAD),
              count(topic, Writer.PROCESSOR),
              count(topic, Writer.OTHERS)));
    }
    return written;
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
      List<TopicPartition> partitions = new ArrayList<>();
      for (String topic : topics) {
        consumer
            .partitionsFor(topic)
            .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (true) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          EventFacts event = EventFacts.of(record.value());
          Writer writer = writerOf(event);
          if (writer != Writer.OTHERS) {
            expected.note(event);
          }
          adder(record.topic(), writer).increment();
        }
      }
    } catch (WakeupException e) {
      // closed
    }
  }

  private Writer writerOf(EventFacts event) {
    String source = event.source();
    if (PROCESSOR.equals(source)) {
      return Writer.PROCESSOR;
    }
    return source != null && loadSources.contains(source) ? Writer.LOAD : Writer.OTHERS;
  }

  private long count(String topic, Writer writer) {
    return adder(topic, writer).sum();
  }

  private LongAdder adder(String topic, Writer writer) {
    return counts.computeIfAbsent(topic + " " + writer, key -> new LongAdder());
  }

  private enum Writer {
    LOAD,
    PROCESSOR,
    OTHERS
  }
}
