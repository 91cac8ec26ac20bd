package org.aragora.telemetry.exporter.loop;

import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.aragora.telemetry.exporter.deadletter.DeadLetterTopic;
import org.aragora.telemetry.exporter.partition.EndOffsets;
import org.aragora.telemetry.exporter.partition.RecreatedTopics;

/**
 * Kafka clients of a loop.
 *
 * @param consumer reads committed records and commits only on request; the loop closes it
 * @param pastConsumers open consumers outside any group, to read a partition's past
 * @param endOffsets of the partitions of the consumer; the loop closes it
 * @param recreatedTopics of the topics of the consumer
 * @param deadLetters closed by its owner
 */
public record KafkaClients(
    Consumer<byte[], byte[]> consumer,
    Supplier<Consumer<byte[], byte[]>> pastConsumers,
    EndOffsets endOffsets,
    RecreatedTopics recreatedTopics,
    DeadLetterTopic deadLetters) {}
