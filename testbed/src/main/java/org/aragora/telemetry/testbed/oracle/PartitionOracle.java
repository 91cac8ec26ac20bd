package org.aragora.telemetry.testbed.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.testbed.oracle.record.AppendTime;
import org.aragora.telemetry.testbed.oracle.record.InputRecord;
import org.aragora.telemetry.testbed.oracle.record.InvalidEventException;
import org.jspecify.annotations.Nullable;

/**
 * The expected counts of one input partition. Reads its records in order of their offsets: which
 * are valid, which are duplicates, which are late; {@link PartitionSeries} counts the rest.
 */
public final class PartitionOracle {
  /**
   * Settings of the product that change counts.
   *
   * @param seriesLimit series of a metric in a partition, before labels become {@code other}
   * @param graceNanos distance behind the partition's time from which an event is late
   * @param skewNanos distance ahead of append time up to which an event's time counts
   * @param seriesRetentionMs append time without a change after which a part is retired
   */
  public record Rules(int seriesLimit, long graceNanos, long skewNanos, long seriesRetentionMs) {

    /** The defaults of the contract. */
    public static final Rules DEFAULTS =
        new Rules(2000, 300_000_000_000L, 60_000_000_000L, 604_800_000L);
  }

  /**
   * Account of the records of one input partition.
   *
   * @param read all records
   * @param deadLetters by reason
   * @param proposed counted ends that the processor wrote
   * @param numbered counted events with a number of their producer's run
   * @param missing numbers below the highest of each run that were not counted
   * @param nextOffset offset after the last record
   * @param partitionTimeNanos highest event time, null without a counted event
   * @param partitionTimeAppendMs append time when partition time came to that, null with it
   * @param appendMs append time, null without a record
   */
  public record Figures(
      long read,
      long counted,
      long duplicates,
      Map<String, Long> deadLetters,
      long late,
      long skewed,
      long proposed,
      long numbered,
      long missing,
      long nextOffset,
      @Nullable Long partitionTimeNanos,
      @Nullable Long partitionTimeAppendMs,
      @Nullable Long appendMs) {

    /** Records that are not a valid event. */
    public long invalid() {
      return deadLetters.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** Receives the changes that single records make to samples of {@code /metrics}. */
  public interface Additions {

    /** Ignores them. */
    Additions NONE = (offset, sample, labels, units) -> {};

    /**
     * A record changed a sample.
     *
     * @param offset of the record
     * @param sample name with {@code _bucket}, {@code _count} or {@code _sum}
     * @param units events, tokens or nanoseconds
     */
    void added(long offset, String sample, Map<String, String> labels, long units);
  }

  /** Numbers of one run of a producer that were counted in a partition. */
  private static final class ProducerRun {
    private final Set<Long> counted = new HashSet<>();
    private long highest;
    private long lastMs;

    /** Returns false if the number was counted before. */
    boolean count(long seq, long appendMs) {
      lastMs = appendMs;
      highest = Math.max(highest, seq);
      return counted.add(seq);
    }

    long lastMs() {
      return lastMs;
    }

    /** Numbers from 1 to the highest that were not counted. */
    long missing() {
      return highest - counted.size();
    }
  }

  private static final long NANOS_PER_MS = 1_000_000;
  private static final long DAY_MS = 86_400_000L;
  private static final Set<String> TOPICS =
      Set.of("debates", "requests", "agent-calls", "instances", "logs");
  private static final String OWN = "aragora_telemetry_";
  private static final String PROCESSOR = "/aragora/telemetry";

  private final TopicPartition partition;
  private final String topicPrefix;
  private final String topic;
  private final Rules rules;
  private final Additions listener;
  private final PartitionSeries series;
  private final Map<String, Long> deadLetters = new TreeMap<>();
  private final List<Long> invalidOffsets = new ArrayList<>();
  private final Map<String, ProducerRun> runs = new HashMap<>();
  private final Map<String, OracleEvent> openDebates = new HashMap<>();

  /** Append time of the end, in the order of append times. */
  private final Map<String, Long> endedDebates = new LinkedHashMap<>();

  private final Map<List<String>, Long> dropped = new HashMap<>();
  private long read;
  private long counted;
  private long duplicates;
  private long late;
  private long skewed;
  private long proposed;
  private long numbered;
  private long nextOffset;
  private @Nullable Long partitionTimeNanos;
  private @Nullable Long partitionTimeAppendMs;
  private final AppendTime appendTime = new AppendTime();

  /**
   * Starts before the first record.
   *
   * @param topicPrefix prefix of the partition's topic
   * @param listener receives every change
   */
  public PartitionOracle(
      TopicPartition partition, String topicPrefix, Rules rules, Additions listener) {
    this.partition = partition;
    this.topicPrefix = topicPrefix;
    this.topic = partition.topic().substring(topicPrefix.length());
    this.rules = rules;
    this.listener = listener;
    this.series =
        new PartitionSeries(
            rules,
            listener == Additions.NONE
                ? null
                : (name, labels, units) -> listener.added(nextOffset - 1, name, labels, units));
  }

  /** Counts the next record. */
  public void read(InputRecord record) {
    read++;
    nextOffset = record.offset() + 1;
    Long beforeMs = appendTime.ms();
    long nowMs = appendTime.read(record.appendMs());
    if (beforeMs != null && nowMs < beforeMs) {
      setBack(nowMs);
    }
    forget(nowMs);
    series.read(record.offset(), nowMs);
    try {
      judge(OracleEvent.read(topic, record), record.appendMs(), nowMs);
    } catch (InvalidEventException e) {
      deadLetters.merge(e.reason(), 1L, Long::sum);
      invalidOffsets.add(record.offset());
      outcome("dead_letter");
      own("dead_letters_total", Map.of("topic", partition.topic(), "reason", e.reason()), 1);
    }
  }

  /** The broker's clock was ahead: what lies in the future is of now. */
  private void setBack(long nowMs) {
    runs.values().forEach(run -> run.lastMs = Math.min(run.lastMs, nowMs));
    endedDebates.replaceAll((debate, endMs) -> Math.min(endMs, nowMs));
    if (partitionTimeAppendMs != null) {
      partitionTimeAppendMs = Math.min(partitionTimeAppendMs, nowMs);
    }
  }

  private void forget(long nowMs) {
    runs.values().removeIf(run -> run.lastMs() + 7 * DAY_MS < nowMs);
    Iterator<Long> ends = endedDebates.values().iterator();
    while (ends.hasNext() && ends.next() + DAY_MS < nowMs) {
      ends.remove();
    }
  }

  private void judge(OracleEvent event, long recordMs, long nowMs) {
    if (event.isNumbered()) {
      String run = event.source() + "#" + event.epoch();
      if (!runs.computeIfAbsent(run, key -> new ProducerRun()).count(event.seq(), nowMs)) {
        duplicates++;
        outcome("duplicate");
        return;
      }
      numbered++;
    }
    counted++;
    proposed += event.source().equals(PROCESSOR) ? 1 : 0;
    outcome("counted");
    count(event, eventTime(event, recordMs * NANOS_PER_MS), recordMs, nowMs);
  }

  private long eventTime(OracleEvent event, long appendNanos) {
    Long claimed = event.timeNanos();
    long timeNanos = claimed == null ? appendNanos : claimed;
    if (timeNanos > appendNanos + rules.skewNanos()) {
      timeNanos = appendNanos;
      skewed++;
      own("clock_skew_events_total", Map.of("topic", partition.topic()), 1);
    }
    Long before = partitionTimeNanos;
    if (before != null && timeNanos < before - rules.graceNanos()) {
      late++;
      own("late_events_total", Map.of("topic", partition.topic()), 1);
    }
    if (before == null || timeNanos > before) {
      partitionTimeAppendMs = appendTime.ms();
    }
    long now = before == null ? timeNanos : Math.max(before, timeNanos);
    partitionTimeNanos = now;
    series.moveTo(timeNanos, now < windowEnd(timeNanos) + rules.graceNanos());
    return timeNanos;
  }

  private static long windowEnd(long timeNanos) {
    return (Math.floorDiv(timeNanos, PartitionSeries.MINUTE) + 1) * PartitionSeries.MINUTE;
  }

  private void count(OracleEvent event, long timeNanos, long recordMs, long nowMs) {
    LastValue.Order order = LastValue.Order.of(event, timeNanos);
    switch (event.type()) {
      case "debate.started" -> {
        String debate = event.text("debate_id");
        if (!openDebates.containsKey(debate) && !endedDebates.containsKey(debate)) {
          openDebates.put(debate, event);
          series.count(new CountedEvent(event, null), order);
        }
      }
      case "debate.completed" -> {
        String debate = event.text("debate_id");
        if (endedDebates.putIfAbsent(debate, nowMs) == null) {
          series.count(new CountedEvent(event, openDebates.remove(debate)), order);
        }
      }
      case "instance.heartbeat" -> {
        long untilMs = recordMs + 3 * event.nanos("interval_seconds") / NANOS_PER_MS;
        series
            .instance(event)
            .heartbeat(new LastValue(order, event.number("websocket_connections")), untilMs);
        event.data().path("dropped").properties().forEach(entry -> dropped(event, entry));
      }
      case "instance.stopped" -> series.instance(event).stopped(order);
      case "websocket.opened", "websocket.closed" ->
          series.instance(event).websocket(new LastValue(order, event.number("connections")));
      default -> series.count(new CountedEvent(event, null), order);
    }
  }

  /** Drops are running totals of a run. */
  private void dropped(OracleEvent event, Map.Entry<String, JsonNode> entry) {
    List<String> run = List.of(entry.getKey(), event.source() + "#" + event.epoch());
    if (!entry.getKey().startsWith(topicPrefix)
        || !TOPICS.contains(entry.getKey().substring(topicPrefix.length()))) {
      return;
    }
    long before = dropped.getOrDefault(run, 0L);
    long now = Math.max(before, entry.getValue().asLong());
    dropped.put(run, now);
    own("producer_dropped_events_total", Map.of("topic", entry.getKey()), now - before);
  }

  private void outcome(String outcome) {
    own("events_total", Map.of("topic", partition.topic(), "outcome", outcome), 1);
  }

  private void own(String name, Map<String, String> labels, long units) {
    listener.added(nextOffset - 1, OWN + name, labels, units);
  }

  /** The partition that is read. */
  public TopicPartition partition() {
    return partition;
  }

  /** Name of its topic without prefix. */
  String topic() {
    return topic;
  }

  /** The account of all records so far. */
  public Figures figures() {
    return new Figures(
        read,
        counted,
        duplicates,
        Map.copyOf(deadLetters),
        late,
        skewed,
        proposed,
        numbered,
        runs.values().stream().mapToLong(ProducerRun::missing).sum(),
        nextOffset,
        partitionTimeNanos,
        partitionTimeAppendMs,
        appendTime.ms());
  }

  /** Offsets of the records that are dead letters. */
  public List<Long> invalidOffsets() {
    return invalidOffsets;
  }

  /**
   * Totals of all parts, those that were retired too, by {@code metric|label value#incarnation}.
   */
  public Map<String, SeriesTotal> parts() {
    Map<String, SeriesTotal> parts = new TreeMap<>();
    for (SeriesPart part : series.parts()) {
      if (part.total != null) {
        parts.put(part.name(), part.total);
      }
    }
    return parts;
  }

  /** Names of the parts that live, as in {@link #parts}. */
  public Set<String> livingParts() {
    return series.parts().stream()
        .filter(series::isLiving)
        .map(SeriesPart::name)
        .collect(Collectors.toSet());
  }

  /** Totals of living series by {@code metric|label value|label value}. */
  public Map<String, SeriesTotal> totals() {
    return series.totals();
  }

  /** Sums of single minutes, by {@code metric|label value|label value@minute}. */
  public Map<String, SeriesTotal> windows() {
    return series.windows();
  }

  PartitionSeries series() {
    return series;
  }

  /** Drops that producers reported, by topic and run. */
  Map<List<String>, Long> dropped() {
    return dropped;
  }
}
