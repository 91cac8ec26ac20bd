package org.aragora.telemetry.chaos;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Counts one input partition the plainest way, record by record: what is valid, what was there
 * before, what is late. What each record adds to each series is kept, so that any cut can be
 * summed.
 */
final class PartitionModel {

  /** What one record adds to series, by their ids, in units (events, tokens, nanoseconds). */
  @SuppressWarnings("ArrayRecordComponent") // figures that nobody compares or changes
  record Added(long offset, int[] series, long[] units) {}

  private static final long NANOS_PER_MS = 1_000_000;
  private static final long SKEW_NANOS = 60_000L * NANOS_PER_MS;
  private static final long GRACE_NANOS = 300_000L * NANOS_PER_MS;
  private static final String OWN = "aragora_telemetry_";

  /** Which numbers of one producer run were counted. */
  private static final class Numbers {
    private final BitSet seen = new BitSet();

    boolean isNew(int seq) {
      boolean fresh = !seen.get(seq);
      seen.set(seq);
      return fresh;
    }

    long missing() {
      return seen.length() - 1L - seen.cardinality();
    }
  }

  private final Series.Table table;
  private final String topic;
  private final EventModel events;
  private final List<Added> added = new ArrayList<>();
  private final Map<String, Numbers> runs = new HashMap<>();
  private final Map<Integer, Long> pending = new TreeMap<>();
  private final List<Long> invalidOffsets = new ArrayList<>();
  private long partitionTimeNanos = Long.MIN_VALUE;
  private long read;
  private long counted;
  private long duplicates;
  private long late;
  private long proposed;
  private long numbered;

  PartitionModel(Series.Table table, String topic) {
    this.table = table;
    this.topic = topic;
    this.events = new EventModel(this::add);
  }

  /** {@code topicPrefix}: what the topic's name begins with. */
  void read(ConsumerRecord<byte[], byte[]> record, String topicPrefix) {
    read++;
    try {
      count(
          PlainEvent.read(
              topic.substring(topicPrefix.length()), record.value(), record.timestamp()),
          record.timestamp() * NANOS_PER_MS);
    } catch (PlainEvent.Invalid e) {
      invalidOffsets.add(record.offset());
      outcome("dead_letter");
      add(OWN + "dead_letters_total", Map.of("topic", topic, "reason", e.reason()), 1);
    }
    keep(record.offset());
  }

  private void count(PlainEvent event, long appendNanos) {
    if (event.json().has("seq") && event.json().has("epoch")) {
      String run = event.source() + " " + event.json().get("epoch").asText();
      if (!runs.computeIfAbsent(run, r -> new Numbers()).isNew(event.json().get("seq").asInt())) {
        duplicates++;
        outcome("duplicate");
        return;
      }
      numbered++;
    }
    Long claimed = event.timeNanos();
    long timeNanos = claimed == null ? appendNanos : claimed;
    if (timeNanos > appendNanos + SKEW_NANOS) {
      timeNanos = appendNanos;
      add(OWN + "clock_skew_events_total", Map.of("topic", topic), 1);
    }
    if (partitionTimeNanos != Long.MIN_VALUE && timeNanos < partitionTimeNanos - GRACE_NANOS) {
      late++;
      add(OWN + "late_events_total", Map.of("topic", topic), 1);
    }
    partitionTimeNanos = Math.max(partitionTimeNanos, timeNanos);
    counted++;
    proposed += event.source().equals("/aragora/telemetry") ? 1 : 0;
    outcome("counted");
    events.count(event, timeNanos);
  }

  private void outcome(String outcome) {
    add(OWN + "events_total", Map.of("topic", topic, "outcome", outcome), 1);
  }

  private void add(String name, Map<String, String> labels, long units) {
    pending.merge(table.of(name, labels).id(), units, Long::sum);
  }

  private void keep(long offset) {
    added.add(
        new Added(
            offset,
            pending.keySet().stream().mapToInt(Integer::intValue).toArray(),
            pending.values().stream().mapToLong(Long::longValue).toArray()));
    pending.clear();
  }

  List<Added> added() {
    return added;
  }

  List<Long> invalidOffsets() {
    return invalidOffsets;
  }

  /** Distinct events that a producer of ours had numbered. */
  long numbered() {
    return numbered;
  }

  long missing() {
    return runs.values().stream().mapToLong(Numbers::missing).sum();
  }

  EventModel events() {
    return events;
  }

  long read() {
    return read;
  }

  long counted() {
    return counted;
  }

  long duplicates() {
    return duplicates;
  }

  long late() {
    return late;
  }

  long proposed() {
    return proposed;
  }
}
