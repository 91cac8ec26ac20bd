package org.aragora.telemetry.exporter.core;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.jspecify.annotations.Nullable;

/**
 * What the log of a partition says about its debates: the start that an end belongs to, and whether
 * a debate had ended before. Only what lies within the lookback counts, by append time; so the
 * answers are the same for a process that has run for weeks and for one that has just taken the
 * partition over and read that much of its past.
 */
public final class DebateLog {

  /** Debates remembered per partition; with more at once the oldest lose what their start said. */
  private static final int MAX_DEBATES = 10_000;

  private static final int MAX_TASK_CHARS = 2_000;
  private static final int MAX_AGENTS = 50;
  private static final int MAX_AGENT_CHARS = 200;

  private final long lookbackMs;
  private final Map<TopicPartition, LinkedHashMap<String, Debate>> partitions = new HashMap<>();

  /** Remembers for {@code lookback} of append time. */
  public DebateLog(Duration lookback) {
    lookbackMs = lookback.toMillis();
  }

  /**
   * What is known of a debate's start.
   *
   * @param task what is debated, cut at 2000 characters
   * @param agents names of the first 50 of those that take part
   * @param agentCount how many take part
   * @param domain subject area
   * @param plannedRounds rounds that are planned
   */
  public record Start(
      @Nullable String task,
      List<String> agents,
      int agentCount,
      @Nullable String domain,
      @Nullable Long plannedRounds) {}

  private record Debate(@Nullable Start start, long startMs, long endMs, long notedMs) {}

  /** Takes note of an event; others than a debate's start and end are let pass. */
  public void note(TopicPartition partition, long appendMs, Event event) {
    if (event.data() instanceof DebateStarted started) {
      Debate known = take(partition, started.debateId());
      put(
          partition,
          started.debateId(),
          new Debate(startOf(started), appendMs, known == null ? -1 : known.endMs(), appendMs));
    } else if (event.data() instanceof DebateCompleted completed) {
      Debate known = take(partition, completed.debateId());
      put(
          partition,
          completed.debateId(),
          known == null
              ? new Debate(null, -1, appendMs, appendMs)
              : new Debate(known.start(), known.startMs(), appendMs, appendMs));
    }
  }

  /** The last start of the debate that was noted and is recent enough, or null. */
  public @Nullable Start start(TopicPartition partition, String debateId, long appendMs) {
    Debate known = find(partition, debateId);
    return known != null && isRecent(known.startMs(), appendMs) ? known.start() : null;
  }

  /** Whether an end was noted that is recent enough. */
  public boolean hasEnded(TopicPartition partition, String debateId, long appendMs) {
    Debate known = find(partition, debateId);
    return known != null && isRecent(known.endMs(), appendMs);
  }

  /** Forgets a partition. */
  public void forget(TopicPartition partition) {
    partitions.remove(partition);
  }

  private boolean isRecent(long notedMs, long appendMs) {
    return notedMs >= 0 && notedMs >= appendMs - lookbackMs;
  }

  private static Start startOf(DebateStarted started) {
    String task = started.task();
    return new Start(
        task == null || task.length() <= MAX_TASK_CHARS ? task : task.substring(0, MAX_TASK_CHARS),
        started.agents().stream()
            .limit(MAX_AGENTS)
            .map(name -> name.substring(0, Math.min(name.length(), MAX_AGENT_CHARS)))
            .toList(),
        started.agents().size(),
        started.domain(),
        started.plannedRounds());
  }

  private @Nullable Debate find(TopicPartition partition, String debateId) {
    LinkedHashMap<String, Debate> debates = partitions.get(partition);
    return debates == null ? null : debates.get(debateId);
  }

  private @Nullable Debate take(TopicPartition partition, String debateId) {
    LinkedHashMap<String, Debate> debates = partitions.get(partition);
    return debates == null ? null : debates.remove(debateId);
  }

  /** Puts it last, so that the head is what was noted longest ago. */
  private void put(TopicPartition partition, String debateId, Debate debate) {
    LinkedHashMap<String, Debate> debates =
        partitions.computeIfAbsent(partition, key -> new LinkedHashMap<>());
    debates.put(debateId, debate);
    Iterator<Debate> oldest = debates.values().iterator();
    boolean surplus = debates.size() > MAX_DEBATES;
    while (oldest.hasNext() && (!isRecent(oldest.next().notedMs(), debate.notedMs()) || surplus)) {
      oldest.remove();
      surplus = false;
    }
  }
}
