package org.aragora.telemetry.replay.generation;

import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.chassis.topics.Refusals;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.generation.GenerationRecord;
import org.aragora.telemetry.counting.generation.GenerationRecord.State;
import org.aragora.telemetry.counting.generation.Generations;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.replay.read.Bounds;
import org.aragora.telemetry.replay.read.Progress;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.replay.read.Workers;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;

/**
 * Counts the input topics into a new generation, up to the offsets of the running service. Nothing
 * refers to it until it is complete; a half-written one is never used.
 */
public final class GenerationReplay {
  private final Service service;
  private final PartitionCounters counters;
  private final PrintWriter out;

  public GenerationReplay(Service service, PartitionCounters counters, PrintWriter out) {
    this.service = service;
    this.counters = counters;
    this.out = out;
  }

  /**
   * Makes the generation.
   *
   * @param everything the whole available range of each input partition
   * @param progress makes the line for a number of offsets
   * @return the new generation
   */
  public Generation make(
      SortedMap<InputPartition, Bounds> everything,
      Workers workers,
      LongFunction<Progress> progress) {
    return service.with(
        "The generation could not be made: %s",
        (admin, producer) -> make(everything, workers, progress, admin, producer));
  }

  private Generation make(
      SortedMap<InputPartition, Bounds> everything,
      Workers workers,
      LongFunction<Progress> progress,
      Admin admin,
      Producer<byte[], byte[]> producer)
      throws ExecutionException, InterruptedException, TimeoutException {
    GenerationTopics topics = new GenerationTopics(admin, service);
    Map<String, Integer> there = topics.partitions();
    Generations known = service.generations();
    Integer partitions = there.get(known.current().metrics().under(service.topicPrefix()));
    if (partitions == null || !there.containsKey(Topics.GENERATIONS.under(service.topicPrefix()))) {
      throw new ReplayException(
          "Topics are missing under %s; run 'bin/telemetry topics create'."
              .formatted(service.topicPrefix()));
    }
    SortedMap<InputPartition, Bounds> range =
        upTo(service.committed(admin, known.current()), everything);
    Generation made = topics.reserve(known.next(), partitions);
    String note = note(known.current(), range);
    write(producer, made, State.WRITING, note);
    topics.createRest(made, partitions, counts(range));
    SeedWriter writer = new SeedWriter(producer, topics, made, service.topicPrefix(), partitions);
    List<PartitionSeed> seeds =
        range.entrySet().stream()
            .map(e -> new PartitionSeed(e.getKey(), e.getValue(), counters, writer))
            .toList();
    Progress line = progress.apply(range.values().stream().mapToLong(Bounds::offsets).sum());
    workers.run(seeds, line);
    RetiredParts retired = new RetiredParts();
    seeds.forEach(seed -> retired.addAll(seed.retired()));
    seeds.forEach(seed -> retired.addLiving(seed.counter()));
    retired.ofLivingSeries().forEach(part -> writer.metric(part.key(), part.value()));
    writer.flush();
    line.finish();
    commit(admin, made, range);
    write(producer, made, State.COMPLETE, note);
    out.printf(
        "Generation %d is complete: %s. Nothing uses it until 'bin/telemetry replay promote %d'.%n",
        made.number(), note, made.number());
    return made;
  }

  /** Ends each partition at the offset of the current generation; processors count the rest. */
  private SortedMap<InputPartition, Bounds> upTo(
      Map<InputPartition, Long> counted, SortedMap<InputPartition, Bounds> everything) {
    SortedMap<InputPartition, Bounds> range = new TreeMap<>();
    everything.forEach(
        (partition, bounds) -> {
          long end = counted.getOrDefault(partition, 0L);
          range.put(
              partition,
              new Bounds(bounds.from(), Math.max(bounds.from(), Math.min(bounds.to(), end))));
        });
    return range;
  }

  private static String note(Generation current, SortedMap<InputPartition, Bounds> range) {
    long gaps = range.values().stream().filter(bounds -> bounds.from() > 0).count();
    return "counted again up to the offsets of generation %d%s"
        .formatted(
            current.number(),
            gaps == 0
                ? ""
                : ", without what retention had taken from %d of %d input partitions"
                    .formatted(gaps, range.size()));
  }

  private static Map<InputTopic, Integer> counts(SortedMap<InputPartition, Bounds> range) {
    Map<InputTopic, Integer> counts = new EnumMap<>(InputTopic.class);
    range.keySet().forEach(partition -> counts.merge(partition.topic(), 1, Integer::sum));
    return counts;
  }

  private void commit(Admin admin, Generation made, SortedMap<InputPartition, Bounds> range)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    range.forEach(
        (partition, bounds) ->
            offsets.put(service.topicPartition(partition), new OffsetAndMetadata(bounds.to())));
    String group = made.applicationId(service.applicationId());
    try {
      admin.alterConsumerGroupOffsets(group, offsets).all().get();
    } catch (ExecutionException e) {
      throw Refusals.namedGroup(e, "Read", group);
    }
  }

  private void write(Producer<byte[], byte[]> producer, Generation made, State state, String note)
      throws InterruptedException {
    service.write(producer, new GenerationRecord.Made(made, state, service.clock().millis(), note));
  }
}
