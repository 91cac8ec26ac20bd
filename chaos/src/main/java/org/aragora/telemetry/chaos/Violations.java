package org.aragora.telemetry.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What was checked, how often, and what was found wrong. Thread-safe. */
final class Violations {

  /** What the harness checks. */
  enum Check {
    MONOTONIC("no counter or bucket went down under its one identity"),
    COMMITTED("no value was served before it was committed"),
    BEYOND_THE_END("no value was above what was committed in the end"),
    TRUTH("values at rest equal the distinct valid events that the brokers have"),
    LEDGER("the ledger balances in every record and equals the events"),
    REPLAY("a replay of the topics equals what the processors wrote, value by value"),
    DEAD_LETTERS("every invalid record is a dead letter once"),
    ACKNOWLEDGED("every event that was acknowledged to a producer is in its topic"),
    ONE_SERVER("no series was served by two instances for longer than session timeout + 5 s"),
    PROMETHEUS_GROWTH("x - x offset in Prometheus equals the truth at aligned times"),
    PROMETHEUS_RESETS("Prometheus saw no counter reset"),
    PROMETHEUS_IDENTITY("Prometheus has every series under one identity"),
    PROCESSES("every process came up and went down as it was told");

    private final String sentence;

    Check(String sentence) {
      this.sentence = sentence;
    }

    String sentence() {
      return sentence;
    }
  }

  private static final int SHOWN = 5;

  private final Map<Check, Long> checked = new EnumMap<>(Check.class);
  private final Map<Check, Long> counts = new EnumMap<>(Check.class);
  private final Map<Check, List<String>> sentences = new EnumMap<>(Check.class);

  /** Something was compared, so many times. */
  synchronized void checked(Check check, long times) {
    checked.merge(check, times, Long::sum);
  }

  /** Something is wrong. */
  synchronized void add(Check check, String sentence) {
    counts.merge(check, 1L, Long::sum);
    List<String> shown = sentences.computeIfAbsent(check, c -> new ArrayList<>());
    if (shown.size() < SHOWN) {
      shown.add(sentence);
    }
  }

  synchronized long checkedTimes(Check check) {
    return checked.getOrDefault(check, 0L);
  }

  synchronized long count(Check check) {
    return counts.getOrDefault(check, 0L);
  }

  synchronized long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The first of each kind. */
  synchronized List<String> shown(Check check) {
    return List.copyOf(sentences.getOrDefault(check, List.of()));
  }
}
