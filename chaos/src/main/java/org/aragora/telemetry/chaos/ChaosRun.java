package org.aragora.telemetry.chaos;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.aragora.telemetry.chaos.checks.CommitCheck;
import org.aragora.telemetry.chaos.checks.CommittedOffsets;
import org.aragora.telemetry.chaos.checks.ExpectedTotals;
import org.aragora.telemetry.chaos.checks.ReplayCheck;
import org.aragora.telemetry.chaos.checks.ScrapeChecker;
import org.aragora.telemetry.chaos.checks.Scraper;
import org.aragora.telemetry.chaos.checks.ServedSeries;
import org.aragora.telemetry.chaos.checks.TopicChecks;
import org.aragora.telemetry.chaos.faults.PartitionsAdded;
import org.aragora.telemetry.chaos.faults.RollingUpgrade;
import org.aragora.telemetry.chaos.fleet.Intruder;
import org.aragora.telemetry.chaos.fleet.ProcessorBuild;
import org.aragora.telemetry.chaos.fleet.ProcessorFleet;
import org.aragora.telemetry.chaos.fleet.ProcessorInstance;
import org.aragora.telemetry.chaos.load.ChaosLoad;
import org.aragora.telemetry.chaos.load.DuplicateWriter;
import org.aragora.telemetry.chaos.load.StrangeWriter;
import org.aragora.telemetry.chaos.prometheus.PrometheusCheck;
import org.aragora.telemetry.chaos.report.ChaosReport;
import org.aragora.telemetry.chaos.report.FaultLog;
import org.aragora.telemetry.chaos.report.Violations;
import org.aragora.telemetry.chaos.settings.ChaosSettings;
import org.aragora.telemetry.chaos.settings.FaultKind;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.broker.EmbeddedCluster;
import org.aragora.telemetry.testbed.oracle.PartitionOracle.Figures;
import org.jspecify.annotations.Nullable;

/** One run: {@link Stages} of load and faults, then the checks of the whole. */
public final class ChaosRun {
  private static final int AT_FIRST = 2;

  private final ChaosSettings settings;
  private final EmbeddedCluster cluster;
  private final String bootstrapServers;
  private final Violations violations = new Violations();
  private final ServedSeries.Table table = new ServedSeries.Table();
  private final ScrapeChecker checker = new ScrapeChecker(violations);
  private final FaultLog log;

  private ChaosRun(ChaosSettings settings, EmbeddedCluster cluster, PrintStream out) {
    this.settings = settings;
    this.cluster = cluster;
    this.bootstrapServers = cluster.bootstrapServers();
    this.log = new FaultLog(out);
  }

  /** Runs on a cluster of three brokers that the caller closes. */
  public static ChaosReport run(ChaosSettings settings, EmbeddedCluster cluster, PrintStream out)
      throws InterruptedException {
    try {
      Files.createDirectories(settings.directory());
      return new ChaosRun(settings, cluster, out).run();
    } catch (IOException | ExecutionException e) {
      throw new IllegalStateException("The chaos run failed: " + e.getMessage(), e);
    }
  }

  private ChaosReport run() throws InterruptedException, ExecutionException, IOException {
    ChaosLoad load = new ChaosLoad(settings, bootstrapServers);
    DuplicateWriter duplicates = new DuplicateWriter(settings, bootstrapServers);
    Thread writing = new Thread(duplicates, "chaos-duplicates");
    try (Admin admin =
            Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
        ProcessorFleet fleet = new ProcessorFleet(settings, bootstrapServers, violations)) {
      BrokerTopics.create(bootstrapServers, settings.topicPrefix(), ChaosSettings.PARTITIONS);
      RollingUpgrade upgrade = upgrade(fleet);
      for (ProcessorInstance instance :
          upgrade == null && !settings.isPlanned()
              ? fleet.all().subList(0, AT_FIRST)
              : fleet.all()) {
        fleet.startReady(instance);
      }
      try (CommittedOffsets offsets = new CommittedOffsets(admin, settings.applicationId());
          ExpectedTotals expected = new ExpectedTotals(settings, bootstrapServers, table);
          Scraper scraper = new Scraper(fleet, table, checker);
          Intruder intruder = new Intruder(settings, bootstrapServers, violations);
          StrangeWriter strange = new StrangeWriter(settings, bootstrapServers);
          @Nullable PrometheusCheck prometheus =
              PrometheusCheck.start(
                  settings,
                  fleet.all().stream().map(ProcessorInstance::port).toList(),
                  table,
                  violations,
                  log)) {
        offsets.start();
        writing.start();
        Stages stages =
            new Stages(
                settings,
                new Stages.Load(load, duplicates, strange),
                new Stages.Checks(checker, table, expected, offsets, prometheus, violations),
                log);
        if (upgrade == null) {
          stages.faults(new Stages.Targets(cluster, admin, fleet, scraper, intruder));
        } else {
          stages.upgrade(upgrade, fleet);
        }
        if (prometheus != null) {
          prometheus.whole();
        }
        duplicates.stop();
        writing.join(TimeUnit.SECONDS.toMillis(60));
        ChaosReport.Figures figures = finish(load, scraper, offsets);
        if (upgrade == null && settings.faults().contains(FaultKind.PARTITIONS_ADDED)) {
          new PartitionsAdded(settings, admin, fleet, violations, log).inflict();
        }
        return ChaosReport.of(settings, violations, log, figures);
      }
    } finally {
      duplicates.stop();
    }
  }

  private @Nullable RollingUpgrade upgrade(ProcessorFleet fleet) {
    return settings.oldBuild() == null
        ? null
        : new RollingUpgrade(ProcessorBuild.in(settings.oldBuild()), fleet, settings.seed(), log);
  }

  private ChaosReport.Figures finish(ChaosLoad load, Scraper scraper, CommittedOffsets offsets)
      throws InterruptedException {
    log.print("checks of the whole run");
    try (ExpectedTotals whole = new ExpectedTotals(settings, bootstrapServers, table)) {
      whole.readToEnd();
      new CommitCheck(whole, violations).check(checker, offsets.answers());
      checker.checkEnd(whole.values());
      TopicChecks topics = new TopicChecks(settings, bootstrapServers, whole, violations);
      topics.ledger();
      topics.deadLetters();
      topics.acknowledged(load.acknowledged());
      ReplayCheck.check(settings, bootstrapServers, violations);
      return new ChaosReport.Figures(
          records(whole, load, scraper),
          checker.aways(),
          checker.togetherNanos(),
          offsets.answers().size(),
          offsets.uncounted());
    }
  }

  private Map<String, Long> records(ExpectedTotals whole, ChaosLoad load, Scraper scraper) {
    Map<String, Long> records = new LinkedHashMap<>();
    records.put("records in the input topics", whole.sum(Figures::read));
    records.put("  counted", whole.sum(Figures::counted));
    records.put("    of them late", whole.sum(Figures::late));
    records.put("    of them ends proposed", whole.sum(Figures::proposed));
    records.put("  duplicates", whole.sum(Figures::duplicates));
    records.put("  dead letters", whole.sum(Figures::invalid));
    records.put("dropped by the producers", load.dropped());
    records.put("scrapes answered", scraper.answered());
    records.put("samples compared", checker.samples());
    records.put("rebalances, by instance", checker.rebalances());
    return records;
  }
}
