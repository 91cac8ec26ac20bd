package org.aragora.telemetry.chaos;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.aragora.telemetry.chaos.checks.CommittedOffsets;
import org.aragora.telemetry.chaos.checks.ExpectedTotals;
import org.aragora.telemetry.chaos.checks.RestComparison;
import org.aragora.telemetry.chaos.checks.ScrapeChecker;
import org.aragora.telemetry.chaos.checks.Scraper;
import org.aragora.telemetry.chaos.checks.ServedSeries;
import org.aragora.telemetry.chaos.faults.BrokerFaults;
import org.aragora.telemetry.chaos.faults.FaultLane.Stage;
import org.aragora.telemetry.chaos.faults.ProcessorFaults;
import org.aragora.telemetry.chaos.faults.RollingUpgrade;
import org.aragora.telemetry.chaos.faults.TopicFaults;
import org.aragora.telemetry.chaos.fleet.Intruder;
import org.aragora.telemetry.chaos.fleet.ProcessorFleet;
import org.aragora.telemetry.chaos.load.ChaosLoad;
import org.aragora.telemetry.chaos.load.DuplicateWriter;
import org.aragora.telemetry.chaos.load.StrangeWriter;
import org.aragora.telemetry.chaos.prometheus.PrometheusCheck;
import org.aragora.telemetry.chaos.prometheus.TrueLag;
import org.aragora.telemetry.chaos.report.FaultLog;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.report.Violations.Check;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.chaos.settings.Sabotage;
import org.aragora.telemetry.testbed.broker.EmbeddedCluster;
import org.jspecify.annotations.Nullable;

/**
 * Stages of a run: a warm-up without faults, then stages of load with faults or with the steps of
 * an upgrade. After each stage the load rests, and every value must equal the expected one.
 */
final class Stages {
  private static final long WARM_UP_SECONDS = 10;
  private static final long STAGE_SECONDS = 150;
  private static final long AT_REST_WITHIN_SECONDS = 300;
  private static final long SABOTAGED_AT_REST_WITHIN_SECONDS = 30;
  private static final long HELD_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Writers of records. */
  record Load(ChaosLoad events, DuplicateWriter duplicates, StrangeWriter strange) {}

  /** Sources and sinks of the comparisons at rest. */
  record Checks(
      ScrapeChecker checker,
      ServedSeries.Table table,
      ExpectedTotals expected,
      CommittedOffsets offsets,
      @Nullable PrometheusCheck prometheus,
      Violations violations) {}

  /** Processes that get faults. */
  record Targets(
      EmbeddedCluster cluster,
      Admin admin,
      ProcessorFleet fleet,
      Scraper scraper,
      Intruder intruder) {}

  private final ChaosSettings settings;
  private final Load load;
  private final Checks checks;
  private final FaultLog log;

  Stages(ChaosSettings settings, Load load, Checks checks, FaultLog log) {
    this.settings = settings;
    this.load = load;
    this.checks = checks;
    this.log = log;
  }

  /** Runs stages with random faults, as long as the settings require. */
  void faults(Targets targets) throws InterruptedException {
    warmUp();
    long endNanos = System.nanoTime() + settings.chaos().toNanos();
    int stage = 0;
    while (System.nanoTime() < endNanos && !isNoticed()) {
      long left = endNanos - System.nanoTime();
      long stageEnds =
          System.nanoTime()
              + (left > TimeUnit.SECONDS.toNanos(STAGE_SECONDS * 3 / 2)
                  ? TimeUnit.SECONDS.toNanos(STAGE_SECONDS)
                  : left);
      startLoad(endNanos);
      long beganMs = System.currentTimeMillis();
      faults(targets, stageEnds, settings.seed() * 1000 + stage++);
      sleepUntil(stageEnds);
      long endedMs = System.currentTimeMillis();
      targets.fleet().checkAlive();
      rest();
      PrometheusCheck prometheus = checks.prometheus();
      if (prometheus != null && settings.isPlanned()) {
        prometheus.gauges(
            beganMs,
            endedMs,
            System.currentTimeMillis(),
            TrueLag.read(settings, targets.cluster().bootstrapServers(), checks.offsets()));
      }
    }
  }

  private void faults(Targets targets, long untilNanos, long seed) throws InterruptedException {
    Thread brokers =
        new Thread(
            new BrokerFaults(
                new Stage(settings.faults(), seed * 2 + 1, untilNanos, log),
                targets.cluster(),
                targets.admin()),
            "chaos-brokers");
    brokers.start();
    Thread topics =
        new Thread(
            new TopicFaults(
                new Stage(settings.faults(), seed * 2 + 7, untilNanos, log),
                targets.fleet(),
                targets.intruder(),
                load.strange()),
            "chaos-topics");
    topics.start();
    new ProcessorFaults(
            new Stage(settings.faults(), seed * 2, untilNanos, log),
            targets.fleet(),
            targets.scraper(),
            checks.checker(),
            settings.minReady())
        .run();
    brokers.join();
    topics.join();
  }

  /** Runs one stage for each step of an upgrade; both versions serve at most rests. */
  void upgrade(RollingUpgrade upgrade, ProcessorFleet fleet) throws InterruptedException {
    warmUp();
    Duration length = settings.chaos().dividedBy(upgrade.steps());
    for (int step = 0; step < upgrade.steps(); step++) {
      long stageEnds = System.nanoTime() + length.toNanos();
      startLoad(stageEnds);
      upgrade.step(step);
      sleepUntil(stageEnds);
      fleet.checkAlive();
      upgrade.printServed(checks.checker());
      rest();
    }
    upgrade.finish(checks.violations());
  }

  private void warmUp() throws InterruptedException {
    load.events().start(System.nanoTime() + settings.chaos().toNanos());
    TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
    rest();
  }

  private void startLoad(long untilNanos) {
    load.duplicates().goOn();
    load.events().start(untilNanos);
  }

  private static void sleepUntil(long nanos) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(Math.max(0, nanos - System.nanoTime()));
  }

  private boolean isSabotaged() {
    return settings.sabotage() != Sabotage.NONE;
  }

  /** A sabotaged run ends with its first violation. */
  private boolean isNoticed() {
    return isSabotaged() && checks.violations().total() > 0;
  }

  /** Stops the load and waits until every served value equals the expected one, for a while. */
  private void rest() throws InterruptedException {
    log.print("at rest: the load stops, every value must become the expected one");
    load.duplicates().rest();
    load.events().stop();
    long deadline =
        System.nanoTime()
            + TimeUnit.SECONDS.toNanos(
                isSabotaged() ? SABOTAGED_AT_REST_WITHIN_SECONDS : AT_REST_WITHIN_SECONDS);
    RestComparison comparison = new RestComparison(checks.table());
    String different;
    do {
      TimeUnit.MILLISECONDS.sleep(500);
      different = difference(comparison);
      if (different.isEmpty()) {
        TimeUnit.NANOSECONDS.sleep(HELD_NANOS);
        different = difference(comparison);
      }
    } while (!different.isEmpty() && System.nanoTime() < deadline);
    checks.violations().checked(Check.TRUTH, comparison.compared());
    if (different.isEmpty()) {
      log.print("%d series equal the expected ones".formatted(comparison.compared()));
    } else {
      comparison.differences().forEach(sentence -> checks.violations().add(Check.TRUTH, sentence));
      log.print("not equal: " + different);
    }
    PrometheusCheck prometheus = checks.prometheus();
    if (prometheus != null) {
      prometheus.rest(checks.expected().values());
    }
  }

  private String difference(RestComparison comparison) {
    checks.expected().readToEnd();
    Set<ServedSeries> contested = new HashSet<>();
    Map<ServedSeries, Double> served = checks.checker().served(contested);
    return comparison.difference(served, checks.expected().values(), contested);
  }
}
