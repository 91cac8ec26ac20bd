package org.aragora.telemetry.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
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
import org.aragora.telemetry.testbed.oracle.ExpectedExports;
import org.aragora.telemetry.testbed.oracle.OracleEvent;

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
   * @param load by the sample load
   * @param processor by the processor
   * @param others by other clients, valid or not
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

  /** Spans and lines of the events of the load and the processor; those of others are left out. */
  ExpectedExports.Exports expected() {
    return expected.sum();
  }

  /** Counts of the records read so far, by topic. */
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
          JsonNode event = OracleEvent.tree(record.value());
          Writer writer = writerOf(event);
          if (writer != Writer.OTHERS) {
            expected.add(event);
          }
          adder(record.topic(), writer).increment();
        }
      }
    } catch (WakeupException e) {
      // closed
    }
  }

  private Writer writerOf(JsonNode event) {
    String source = event.path("source").asText();
    if (PROCESSOR.equals(source)) {
      return Writer.PROCESSOR;
    }
    return loadSources.contains(source) ? Writer.LOAD : Writer.OTHERS;
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
