package org.aragora.telemetry.chaos.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Checks of a run: how often each was made, and its violations. Thread-safe. */
public final class Violations {

  /** The checks. */
  public enum Check {
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
    PROMETHEUS_RESETS("Prometheus counted no counter reset"),
    PROMETHEUS_IDENTITY("Prometheus has every series under one identity"),
    PROMETHEUS_GAUGES(
        "while processors restart, no gauge of a dashboard has a hole or a false value"),
    OTHERS("others on the same topics are refused, and a change of the topics is named"),
    PROCESSES("every process started and stopped on request");

    private final String sentence;

    Check(String sentence) {
      this.sentence = sentence;
    }

    /** The condition that is checked. */
    public String sentence() {
      return sentence;
    }
  }

  private static final int SHOWN = 5;

  private final Map<Check, Long> checked = new EnumMap<>(Check.class);
  private final Map<Check, Long> counts = new EnumMap<>(Check.class);
  private final Map<Check, List<String>> sentences = new EnumMap<>(Check.class);

  /** Records comparisons. */
  public synchronized void checked(Check check, long times) {
    checked.merge(check, times, Long::sum);
  }

  /** Records a violation. */
  public synchronized void add(Check check, String sentence) {
    counts.merge(check, 1L, Long::sum);
    List<String> shown = sentences.computeIfAbsent(check, c -> new ArrayList<>());
    if (shown.size() < SHOWN) {
      shown.add(sentence);
    }
  }

  /** Number of comparisons. */
  public synchronized long checkedTimes(Check check) {
    return checked.getOrDefault(check, 0L);
  }

  /** Number of violations of one check. */
  public synchronized long count(Check check) {
    return counts.getOrDefault(check, 0L);
  }

  /** Number of all violations. */
  public synchronized long total() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The first violations of a check. */
  public synchronized List<String> shown(Check check) {
    return List.copyOf(sentences.getOrDefault(check, List.of()));
  }
}
