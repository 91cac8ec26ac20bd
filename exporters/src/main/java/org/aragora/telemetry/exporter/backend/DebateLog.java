package org.aragora.telemetry.exporter.backend;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.schemas.envelope.Event;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.jspecify.annotations.Nullable;

/**
 * Debates in the log of each partition: their starts, and which of them have ended. Considers only
 * events within the lookback, by append time. A process that has just read that much of a
 * partition's past therefore returns the same results as one that has run for weeks.
 */
final class DebateLog {

  /** Debates kept per partition; beyond it the oldest loses the data of its start. */
  private static final int MAX_DEBATES = 10_000;

  private static final long NEVER = -1;

  private final long lookbackMs;
  private final Map<TopicPartition, LinkedHashMap<String, Debate>> partitions = new HashMap<>();

  DebateLog(Duration lookback) {
    lookbackMs = lookback.toMillis();
  }

  private record Debate(@Nullable DebateStart start, long startMs, long endMs, long recordedMs) {}

  /** Records a debate's start or end; ignores other events. */
  void record(TopicPartition partition, long appendMs, Event event) {
    if (event.data() instanceof DebateStarted started) {
      Debate known = remove(partition, started.debateId());
      long endMs = known == null ? NEVER : known.endMs();
      put(
          partition,
          started.debateId(),
          new Debate(DebateStart.of(started), appendMs, endMs, appendMs));
    } else if (event.data() instanceof DebateCompleted completed) {
      Debate known = remove(partition, completed.debateId());
      put(
          partition,
          completed.debateId(),
          known == null
              ? new Debate(null, NEVER, appendMs, appendMs)
              : new Debate(known.start(), known.startMs(), appendMs, appendMs));
    }
  }

  /** The last recent start of a debate, null without one. */
  @Nullable DebateStart start(TopicPartition partition, String debateId, long appendMs) {
    Debate known = find(partition, debateId);
    return known != null && isRecent(known.startMs(), appendMs) ? known.start() : null;
  }

  /** True if the debate has a recent end. */
  boolean hasEnded(TopicPartition partition, String debateId, long appendMs) {
    Debate known = find(partition, debateId);
    return known != null && isRecent(known.endMs(), appendMs);
  }

  void forget(TopicPartition partition) {
    partitions.remove(partition);
  }

  private boolean isRecent(long recordedMs, long appendMs) {
    return recordedMs != NEVER && recordedMs >= appendMs - lookbackMs;
  }

  private @Nullable Debate find(TopicPartition partition, String debateId) {
    LinkedHashMap<String, Debate> debates = partitions.get(partition);
    return debates == null ? null : debates.get(debateId);
  }

  private @Nullable Debate remove(TopicPartition partition, String debateId) {
    LinkedHashMap<String, Debate> debates = partitions.get(partition);
    return debates == null ? null : debates.remove(debateId);
  }

  /** Appends the debate, so that the head is the one recorded longest ago. */
  private void put(TopicPartition partition, String debateId, Debate debate) {
    LinkedHashMap<String, Debate> debates =
        partitions.computeIfAbsent(partition, key -> new LinkedHashMap<>());
    debates.put(debateId, debate);
    Iterator<Debate> oldest = debates.values().iterator();
    boolean surplus = debates.size() > MAX_DEBATES;
    while (oldest.hasNext()
        && (!isRecent(oldest.next().recordedMs(), debate.recordedMs()) || surplus)) {
      oldest.remove();
      surplus = false;
    }
  }
}
