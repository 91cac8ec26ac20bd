package org.aragora.telemetry.replay.generation;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.counting.generation.Changelogs;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.generation.GenerationRecord;
import org.aragora.telemetry.counting.generation.GenerationRecord.Made;
import org.aragora.telemetry.counting.generation.GenerationRecord.State;
import org.aragora.telemetry.counting.generation.Generations;
import org.aragora.telemetry.counting.metric.InputPartition;
import org.aragora.telemetry.replay.read.ReplayException;
import org.aragora.telemetry.schemas.topic.InputTopic;

/** Switches the service from one generation to another, forth or back. */
public final class Promotion {
  private static final long POLL_MS = 500;

  private final Service service;
  private final PrintWriter out;

  public Promotion(Service service, PrintWriter out) {
    this.service = service;
    this.out = out;
  }

  /**
   * Makes a generation the current one, and waits until the running processors have changed to it.
   *
   * @param allowGaps promotes even if retention has removed records that it has not counted
   * @param patience time to wait for the processors
   * @throws ReplayException if the generation cannot be promoted, or if processors did not change
   */
  public void promote(Generation target, boolean allowGaps, Duration patience) {
    service.with(
        "The cluster did not answer: %s",
        (admin, producer) -> {
          Generations known = service.generations();
          if (known.current().equals(target)) {
            out.printf("Generation %d is current already.%n", target.number());
            return target;
          }
          check(target, known, admin, new GenerationTopics(admin, service));
          long behind = behind(target, known.current(), admin, allowGaps);
          boolean running = !service.members(admin, known.current()).isEmpty();
          service.write(producer, current(target));
          out.printf(
              "Generation %d is current. It has %,d records to catch up with; until then nothing is served.%n",
              target.number(), behind);
          out.flush();
          awaitChange(target, known, admin, running, patience);
          return target;
        });
  }

  private void check(Generation target, Generations known, Admin admin, GenerationTopics topics)
      throws ExecutionException, InterruptedException, TimeoutException {
    Made made = known.made().get(target);
    boolean complete =
        made == null ? target.equals(Generation.FIRST) : made.state() == State.COMPLETE;
    if (!complete) {
      throw new ReplayException(
          "There is no complete generation %d; 'bin/telemetry replay generations' lists them."
              .formatted(target.number()));
    }
    Map<String, Integer> there = topics.partitions();
    for (InputTopic topic : InputTopic.values()) {
      Integer inputs = there.get(topic.under(service.topicPrefix()));
      Integer counted = there.get(topics.changelog(target, Changelogs.Stage.INGEST, topic));
      if (counted != null && !counted.equals(inputs)) {
        throw new ReplayException(
            "%s has %d partitions, and generation %d was counted with %d; make a new one with 'bin/telemetry replay --output generation'."
                .formatted(topic.under(service.topicPrefix()), inputs, target.number(), counted));
      }
    }
    if (service.committed(admin, target).isEmpty()
        && !service.committed(admin, known.current()).isEmpty()) {
      throw new ReplayException(
          "Kafka has forgotten how far generation %d had counted (offsets.retention.minutes, 7 days where nothing else is set); make a new one with 'bin/telemetry replay --output generation'."
              .formatted(target.number()));
    }
  }

  /** Number of records that it has to count before it may be served. */
  private long behind(Generation target, Generation current, Admin admin, boolean allowGaps)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<InputPartition, Long> mine = service.committed(admin, target);
    Map<InputPartition, Long> theirs = service.committed(admin, current);
    Map<TopicPartition, OffsetSpec> question = new HashMap<>();
    mine.keySet()
        .forEach(
            partition -> question.put(service.topicPartition(partition), OffsetSpec.earliest()));
    ListOffsetsResult begins = admin.listOffsets(question);
    List<String> cut = new ArrayList<>();
    for (Map.Entry<InputPartition, Long> counted : mine.entrySet()) {
      TopicPartition partition = service.topicPartition(counted.getKey());
      long begin = begins.partitionResult(partition).get().offset();
      if (begin > counted.getValue()) {
        cut.add("%s from %d to %d".formatted(partition, counted.getValue(), begin));
      }
    }
    if (!cut.isEmpty() && !allowGaps) {
      throw new ReplayException(
          "Retention has taken records that generation %d has not counted: %s%s; make a new one with 'bin/telemetry replay --output generation', or go on without them with --allow-gaps."
              .formatted(
                  target.number(),
                  cut.get(0),
                  cut.size() == 1 ? "" : " (and %d more partitions)".formatted(cut.size() - 1)));
    }
    return theirs.entrySet().stream()
        .mapToLong(their -> Math.max(0, their.getValue() - mine.getOrDefault(their.getKey(), 0L)))
        .sum();
  }

  private void awaitChange(
      Generation target, Generations known, Admin admin, boolean running, Duration patience)
      throws ExecutionException, InterruptedException, TimeoutException {
    if (!running) {
      out.printf("No processor is running; the next one to start counts into it.%n");
      return;
    }
    long untilNanos = System.nanoTime() + patience.toNanos();
    List<String> left;
    do {
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
      left = new ArrayList<>();
      for (Generation other : known.with(current(target)).others()) {
        left.addAll(service.members(admin, other));
      }
      if (left.isEmpty() && !service.members(admin, target).isEmpty()) {
        out.printf("All processors count into it.%n");
        return;
      }
    } while (System.nanoTime() - untilNanos < 0);
    throw new ReplayException(
        left.isEmpty()
            ? "No processor counts into generation %d yet: start one; the logs of those that run show why. To go back: promote %d."
                .formatted(target.number(), known.current().number())
            : "Still in another generation, and nothing new is served until they stop: %s. Stop them, or go back: promote %d."
                .formatted(left, known.current().number()));
  }

  private GenerationRecord current(Generation target) {
    return new GenerationRecord.Current(target, service.clock().millis());
  }

  /** Prints the generations. */
  public void list() {
    Generations known = service.generations();
    if (!known.made().containsKey(Generation.FIRST)) {
      line(known, Generation.FIRST, "the first, counted from the beginning");
    }
    known
        .made()
        .forEach(
            (generation, made) ->
                line(
                    known,
                    generation,
                    "%s at %s, %s"
                        .formatted(
                            made.state().name().toLowerCase(Locale.ROOT),
                            Instant.ofEpochMilli(made.atMs()),
                            made.note())));
  }

  private void line(Generations known, Generation generation, String what) {
    out.printf(
        "%s %d  %s%n", known.current().equals(generation) ? "*" : " ", generation.number(), what);
  }

  /**
   * Deletes the topics and the offsets of a generation that is not current.
   *
   * @throws ReplayException if it is current, or if a member counts into it
   */
  public void discard(Generation target) {
    service.with(
        "Generation " + target.number() + " could not be deleted whole (%s); try again.",
        (admin, producer) -> {
          if (service.generations().current().equals(target)) {
            throw new ReplayException(
                "Generation %d is current and stays.".formatted(target.number()));
          }
          List<String> members = service.members(admin, target);
          if (!members.isEmpty()) {
            throw new ReplayException(
                "Generation %d stays: %s count into it.".formatted(target.number(), members));
          }
          service.write(
              producer,
              new Made(
                  target, State.DISCARDED, service.clock().millis(), "its topics are deleted"));
          new GenerationTopics(admin, service).delete(target);
          out.printf("Generation %d is deleted.%n", target.number());
          return target;
        });
  }
}
