package org.aragora.telemetry.counting.generation;

import org.aragora.telemetry.schemas.topic.TopicSpec;
import org.aragora.telemetry.schemas.topic.Topics;

/**
 * One complete set of output topics with the state that belongs to it. The first has the plain
 * names; every other one adds its number to them.
 *
 * @param number 0 for the first
 */
public record Generation(int number) implements Comparable<Generation> {
  /** The generation of a service before any replay. */
  public static final Generation FIRST = new Generation(0);

  public Generation {
    if (number < 0) {
      throw new IllegalArgumentException("there is no generation " + number);
    }
  }

  /** Its topic of running totals. */
  public TopicSpec metrics() {
    return named(Topics.METRICS);
  }

  /** Its topic of one-minute windows. */
  public TopicSpec metricsWindows() {
    return named(Topics.METRICS_WINDOWS);
  }

  private TopicSpec named(TopicSpec first) {
    return number == 0
        ? first
        : new TopicSpec(first.suffix() + ".g" + number, first.fixedPartitions(), first.settings());
  }

  /**
   * Its consumer group, which is also what its transactional ids and changelog topics begin with.
   *
   * @param configured the application id that the settings name
   */
  public String applicationId(String configured) {
    return number == 0 ? configured : configured + "-g" + number;
  }

  @Override
  public int compareTo(Generation other) {
    return Integer.compare(number, other.number);
  }

  @Override
  public String toString() {
    return "generation " + number;
  }
}
