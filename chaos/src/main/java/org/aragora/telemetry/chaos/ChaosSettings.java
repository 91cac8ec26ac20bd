package org.aragora.telemetry.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * What a run is made of.
 *
 * @param chaos how long faults and load last
 * @param seed what the moments and kinds of faults, and the load, are drawn from
 * @param eventsPerSecond of all producers together
 * @param faults the kinds that are drawn from
 * @param sabotage what is broken on purpose
 * @param directory where logs go
 */
public record ChaosSettings(
    Duration chaos,
    long seed,
    int eventsPerSecond,
    Set<FaultKind> faults,
    Sabotage sabotage,
    Path directory) {

  static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);
  static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(6);
  static final Duration COMMIT_INTERVAL = Duration.ofMillis(500);
  static final Duration BIRTH = Duration.ofSeconds(3);
  static final Duration SCRAPE_INTERVAL = Duration.ofMillis(500);
  static final int PARTITIONS = 3;
  static final int PROCESSORS = 3;

  /** Every kind of fault, nothing sabotaged. */
  public static ChaosSettings of(Duration chaos, long seed, int eventsPerSecond, Path directory) {
    return new ChaosSettings(
        chaos, seed, eventsPerSecond, Set.of(FaultKind.values()), Sabotage.NONE, directory);
  }

  /** The same with these kinds of faults. */
  public ChaosSettings only(Set<FaultKind> kinds) {
    return new ChaosSettings(chaos, seed, eventsPerSecond, kinds, sabotage, directory);
  }

  ChaosSettings sabotaged(Sabotage by, Duration length, Set<FaultKind> kinds) {
    return new ChaosSettings(length, seed, eventsPerSecond, kinds, by, directory);
  }

  /** Name of the consumer group, another for each sabotage so that runs can share a cluster. */
  String applicationId() {
    return "chaos-" + sabotage.label();
  }

  String topicPrefix() {
    return "chaos." + sabotage.label() + ".";
  }
}
