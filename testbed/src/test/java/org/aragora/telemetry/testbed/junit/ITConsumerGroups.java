package org.aragora.telemetry.testbed.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.chassis.topics.ConsumerGroups;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Committed offsets while a transaction with offsets is open. */
class ITConsumerGroups {
  @RegisterExtension static final KafkaExtension kafka = new KafkaExtension();

  @Test
  void offsetsOfAnOpenTransactionAreAwaitedAndNotLeftOut() throws Exception {
    kafka.createTopics(2);
    String group = kafka.prefix() + "group";
    TopicPartition zero = new TopicPartition(kafka.prefix() + "requests", 0);
    TopicPartition one = new TopicPartition(kafka.prefix() + "requests", 1);
    Map<String, Object> settings =
        Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", group);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "group.id", group),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.sendOffsetsToTransaction(
          Map.of(zero, new OffsetAndMetadata(1), one, new OffsetAndMetadata(1)),
          consumer.groupMetadata());
      producer.commitTransaction();
      ConsumerGroups groups = new ConsumerGroups(admin);
      assertThat(groups.committed(group)).isEqualTo(Map.of(zero, 1L, one, 1L));

      producer.beginTransaction();
      producer.sendOffsetsToTransaction(
          Map.of(one, new OffsetAndMetadata(2)), consumer.groupMetadata());
      CompletableFuture<Map<TopicPartition, Long>> answer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return groups.committed(group);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThatThrownBy(() -> answer.get(1, TimeUnit.SECONDS))
          .isInstanceOf(TimeoutException.class);
      producer.commitTransaction();
      assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(Map.of(zero, 1L, one, 2L));
    }
  }
}
