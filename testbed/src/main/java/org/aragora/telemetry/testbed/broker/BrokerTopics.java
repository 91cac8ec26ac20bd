package org.aragora.telemetry.testbed.broker;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.aragora.telemetry.chassis.topics.TopicAdmin;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** Topics of the pipeline on a broker without authentication: their creation and their records. */
public final class BrokerTopics {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long FENCED_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(120);

  private BrokerTopics() {}

  /** Creates every topic of the pipeline. */
  public static void create(String bootstrapServers, String prefix, int partitions) {
    long deadline = System.nanoTime() + FENCED_NANOS;
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
      TopicAdmin topics = new TopicAdmin(admin);
      TopicAdmin.Plan plan = new TopicAdmin.Plan(prefix, partitions, OptionalInt.empty());
      while (!isCreated(topics, plan, deadline)) {
        TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("The topics could not be created.", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while topics are created.", e);
    }
  }

  /** Returns false while the only broker is fenced, as one that a busy machine starved is. */
  private static boolean isCreated(TopicAdmin topics, TopicAdmin.Plan plan, long deadline)
      throws ExecutionException, InterruptedException {
    try {
      topics.create(plan);
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InvalidReplicationFactorException
          && System.nanoTime() < deadline) {
        return false;
      }
      throw e;
    }
  }

  /** All partitions of the input topics. */
  public static List<TopicPartition> inputs(String prefix, int partitions) {
    return Arrays.stream(InputTopic.values())
        .flatMap(
            topic ->
                IntStream.range(0, partitions)
                    .mapToObj(i -> new TopicPartition(topic.under(prefix), i)))
        .toList();
  }

  /** Creates a consumer of committed records, without a group, before the first record. */
  public static KafkaConsumer<byte[], byte[]> consumer(
      String bootstrapServers, Collection<TopicPartition> partitions) {
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                5000),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  /**
   * Reads everything that is committed now, from the position of the consumer on.
   *
   * @throws IllegalStateException if the broker gives no record for two minutes
   */
  public static void readToEnd(
      Consumer<byte[], byte[]> consumer,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> action) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    long progressNanos = System.nanoTime();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        progressNanos = System.nanoTime();
        action.accept(record);
      }
      if (System.nanoTime() - progressNanos > STALLED_NANOS) {
        throw new IllegalStateException(
            "The topics could not be read to their end: no record for 120 s.");
      }
    }
  }
}
