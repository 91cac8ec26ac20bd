package org.aragora.telemetry.chaos.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parameters of a run.
 *
 * @param chaos duration of faults and load
 * @param seed of the moments and kinds of faults, and of the load
 * @param eventsPerSecond of all producers together
 * @param faults kinds to draw from
 * @param minReady time from ready to the next restart of a rolling restart
 * @param sabotage guarantee that is broken on purpose
 * @param oldBuild checkout of an earlier build to upgrade from, null for none
 * @param directory of the logs
 */
public record ChaosSettings(
    Duration chaos,
    long seed,
    int eventsPerSecond,
    Set<FaultKind> faults,
    Duration minReady,
    Sabotage sabotage,
    @Nullable Path oldBuild,
    Path directory) {

  public static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);
  public static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(6);
  public static final Duration COMMIT_INTERVAL = Duration.ofMillis(500);
  public static final Duration BIRTH = Duration.ofSeconds(3);
  public static final Duration SCRAPE_INTERVAL = Duration.ofMillis(500);
  public static final int PARTITIONS = 3;
  public static final int PROCESSORS = 3;

  /** Every kind of fault, nothing sabotaged. */
  public static ChaosSettings of(Duration chaos, long seed, int eventsPerSecond, Path directory) {
    return new ChaosSettings(
        chaos,
        seed,
        eventsPerSecond,
        FaultKind.all(),
        Duration.ZERO,
        Sabotage.NONE,
        null,
        directory);
  }

  /** Breaks a guarantee in a run of its own. */
  public ChaosSettings sabotaged(Sabotage by, Duration length, Set<FaultKind> kinds) {
    return new ChaosSettings(
        length, seed, eventsPerSecond, kinds, minReady, by, oldBuild, directory);
  }

  /** Returns true if processors are only restarted, as at a deployment. */
  public boolean isPlanned() {
    return sabotage == Sabotage.NONE
        && oldBuild == null
        && Set.of(FaultKind.RESTART, FaultKind.ROLLING_RESTART).containsAll(faults);
  }

  /** Name of the consumer group; each sabotage has another, so that runs can share a cluster. */
  public String applicationId() {
    return "chaos-" + sabotage.label();
  }

  /** Prefix of the topics, for the same reason. */
  public String topicPrefix() {
    return "chaos." + sabotage.label() + ".";
  }
}
