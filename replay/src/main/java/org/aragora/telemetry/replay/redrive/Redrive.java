package org.aragora.telemetry.replay.redrive;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.chassis.main.Failures;
import org.aragora.telemetry.chassis.topics.RecordSize;
import org.aragora.telemetry.replay.read.Consumers;
import org.aragora.telemetry.replay.read.ReplayException;

/**
 * Sends dead letters back. One transaction contains the records and their marks, under one
 * transactional id: a later run fences an earlier one and reads everything that it committed.
 */
public final class Redrive {

  /** Outcome for a selected dead letter. */
  public enum Fate {
    /** It is sent, or would be. */
    SENT("to send back"),
    /** It was sent before and has not come back. */
    SENT_BEFORE("sent back before"),
    /** It lies here twice, because its exporter died after it had parked it. */
    COPY("copies of others"),
    /** It was sent before and has failed again. */
    FAILED_AGAIN("failed again after they were sent back; --again sends them"),
    /** Parts of it are missing. */
    CUT("too large to be kept whole; they cannot be sent back"),
    /** A secret was removed from it. */
    REDACTED("redacted, so that they are not what was written; they cannot be sent back"),
    /** Its topic takes less than it has, so sending it would stop the redrive. */
    TOO_LARGE("larger than their topic takes; raise its max.message.bytes to send them back"),
    /** The partition that it came from is not there. */
    HOMELESS("from a partition that is not there any more");

    private final String text;

    Fate(String text) {
      this.text = text;
    }

    /** Text after a number. */
    public String text() {
      return text;
    }
  }

  /** Grouping key of the report. */
  public record Kind(String topic, String reason) {}

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int BATCH = 500;

  private final Consumers consumers;
  private final Route route;
  private final Selection selection;
  private final ToIntFunction<String> limits;
  private final Set<Object> seen = new HashSet<>();
  private final TreeMap<Kind, Map<Fate, Long>> report =
      new TreeMap<>(Comparator.comparing(Kind::topic).thenComparing(Kind::reason));

  /**
   * Redrives the {@code selection} of the dead letters of {@code route}.
   *
   * @param limits {@code max.message.bytes} of a topic
   */
  public Redrive(
      Consumers consumers, Route route, Selection selection, ToIntFunction<String> limits) {
    this.consumers = consumers;
    Map<String, Integer> known = new HashMap<>();
    this.limits = topic -> known.computeIfAbsent(topic, limits::applyAsInt);
    this.route = route;
    this.selection = selection;
  }

  /** Returns the report of a redrive, and writes nothing. */
  public SortedMap<Kind, Map<Fate, Long>> dryRun() {
    select(parked -> {});
    return report;
  }

  /**
   * Sends the dead letters back.
   *
   * @param producer with the one transactional id of all redrives; not initialized yet
   */
  public SortedMap<Kind, Map<Fate, Long>> execute(Producer<byte[], byte[]> producer) {
    // Fences an earlier run and aborts its open transaction, before marks are read.
    producer.initTransactions();
    List<Parked> batch = new ArrayList<>();
    try {
      select(
          parked -> {
            batch.add(parked);
            if (batch.size() == BATCH) {
              send(producer, batch);
            }
          });
      send(producer, batch);
    } catch (KafkaException e) {
      abort(producer);
      throw new ReplayException(
          "The redrive has stopped (%s); what was sent is marked, start it again for the rest."
              .formatted(Failures.withCauses(e)),
          e);
    }
    return report;
  }

  /** An open transaction would hold back every reader of the input topics. */
  private static void abort(Producer<byte[], byte[]> producer) {
    try {
      producer.abortTransaction();
    } catch (KafkaException | IllegalStateException e) {
      // Another redrive has taken over and has aborted it, or there was none.
    }
  }

  private void send(Producer<byte[], byte[]> producer, List<Parked> batch) {
    if (batch.isEmpty()) {
      return;
    }
    producer.beginTransaction();
    for (Parked parked : batch) {
      var unused = producer.send(route.sentBack(parked));
      unused = producer.send(Marks.markOf(parked.record()));
    }
    producer.commitTransaction(); // waits for all of it, and throws what has failed
    batch.clear();
  }

  private void select(java.util.function.Consumer<Parked> selected) {
    try (Consumer<byte[], byte[]> consumer = consumers.committed("redrive");
        Consumer<byte[], byte[]> ends = consumers.uncommitted("redrive-ends")) {
      String deadLetterTopic = route.deadLetterTopic();
      List<PartitionInfo> found = consumer.partitionsFor(deadLetterTopic, PATIENCE);
      if (found == null || found.isEmpty()) {
        throw new ReplayException("There is no topic %s.".formatted(deadLetterTopic));
      }
      Map<String, Integer> partitionCounts = new HashMap<>();
      ToIntFunction<String> partitionsOf =
          topic ->
              partitionCounts.computeIfAbsent(
                  topic,
                  t -> {
                    List<PartitionInfo> home = consumer.partitionsFor(t, PATIENCE);
                    return home == null ? 0 : home.size();
                  });
      for (PartitionInfo info : found) {
        TopicPartition partition = new TopicPartition(deadLetterTopic, info.partition());
        // Marks lie behind what they mark, so a partition is read to its end first: to its end with
        // open transactions, because one of the processor's may lie before marks.
        ends.assign(List.of(partition));
        long end = ends.endOffsets(List.of(partition), PATIENCE).getOrDefault(partition, 0L);
        Marks marks = new Marks();
        scan(consumer, partition, end, marks::accept);
        scan(
            consumer,
            partition,
            end,
            record -> {
              Parked parked = Parked.of(record);
              if (parked != null && route.takes(parked) && selection.takes(parked)) {
                Fate fate = fate(parked, marks, partitionsOf);
                report
                    .computeIfAbsent(
                        new Kind(route.label(parked), parked.reason()),
                        k -> new EnumMap<>(Fate.class))
                    .merge(fate, 1L, Long::sum);
                if (fate == Fate.SENT) {
                  selected.accept(parked);
                }
              }
            });
      }
    }
  }

  private Fate fate(Parked parked, Marks marks, ToIntFunction<String> partitionsOf) {
    Object identity = route.identity(parked);
    boolean isFirst = identity == null || seen.add(identity);
    if (marks.contains(parked.record())) {
      return Fate.SENT_BEFORE;
    }
    if (!isFirst) {
      return Fate.COPY;
    }
    if (parked.isCut()) {
      return Fate.CUT;
    }
    if (parked.isRedacted()) {
      return Fate.REDACTED;
    }
    if (!route.hasHome(parked, partitionsOf)) {
      return Fate.HOMELESS;
    }
    ProducerRecord<byte[], byte[]> sent = route.sentBack(parked);
    if (RecordSize.of(sent.key(), sent.value(), sent.headers())
        > RecordSize.room(limits.applyAsInt(sent.topic()))) {
      return Fate.TOO_LARGE;
    }
    return parked.redrives() > 0 && !selection.again() ? Fate.FAILED_AGAIN : Fate.SENT;
  }

  private static void scan(
      Consumer<byte[], byte[]> consumer,
      TopicPartition partition,
      long end,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> action) {
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    Consumers.readTo(
        consumer,
        Map.of(partition, end),
        record -> {
          if (record.offset() < end) {
            action.accept(record);
          }
        });
  }
}
