package org.aragora.telemetry.chaos;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.aragora.telemetry.chaos.Violations.Check;
import org.aragora.telemetry.chassis.topics.TopicAdmin;
import org.aragora.telemetry.testbed.broker.EmbeddedCluster;
import org.jspecify.annotations.Nullable;

/**
 * One run: warm up, rest, then stages of load and faults with a rest after each, then the checks of
 * the whole. At each rest every value must equal the truth.
 */
public final class ChaosRun {
  private static final long WARM_UP_SECONDS = 10;
  private static final long STAGE_SECONDS = 150;
  private static final long AT_REST_WITHIN_SECONDS = 120;
  private static final long SABOTAGED_AT_REST_WITHIN_SECONDS = 30;
  private static final long HELD_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int AT_FIRST = 2;

  private final ChaosSettings settings;
  private final EmbeddedCluster cluster;
  private final String bootstrapServers;
  private final Violations violations = new Violations();
  private final Series.Table table = new Series.Table();
  private final Witness witness = new Witness(violations);
  private final FaultLog log;
  private long chaosEndsNanos;
  private PrometheusCheck.@Nullable Rest lastRest;

  private ChaosRun(ChaosSettings settings, EmbeddedCluster cluster, PrintStream out) {
    this.settings = settings;
    this.cluster = cluster;
    this.bootstrapServers = cluster.bootstrapServers();
    this.log = new FaultLog(out);
  }

  /** Runs on a cluster of three brokers that is the caller's to close. */
  public static ChaosReport run(ChaosSettings settings, EmbeddedCluster cluster, PrintStream out)
      throws InterruptedException {
    try {
      Files.createDirectories(settings.directory());
      return new ChaosRun(settings, cluster, out).run();
    } catch (IOException | ExecutionException e) {
      throw new IllegalStateException("The chaos run could not go on: " + e.getMessage(), e);
    }
  }

  private ChaosReport run() throws InterruptedException, ExecutionException, IOException {
    Load load = new Load(settings, bootstrapServers);
    Meddler meddler = new Meddler(settings, bootstrapServers);
    Thread meddling = new Thread(meddler, "chaos-meddler");
    try (Admin admin =
            Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
        Fleet fleet = new Fleet(settings, bootstrapServers, violations)) {
      new TopicAdmin(admin)
          .create(
              new TopicAdmin.Plan(
                  settings.topicPrefix(), ChaosSettings.PARTITIONS, OptionalInt.empty()));
      for (ProcessorInstance instance : fleet.all().subList(0, AT_FIRST)) {
        fleet.startReady(instance);
      }
      try (CommittedOffsets offsets = new CommittedOffsets(admin, settings.applicationId());
          Truth truth = new Truth(settings, bootstrapServers, table);
          Scraper scraper = new Scraper(fleet, table, witness);
          Prometheus prometheus = new Prometheus(fleet)) {
        offsets.start();
        meddling.start();
        stages(load, meddler, fleet, scraper, truth, admin, prometheus.check);
        prometheus.whole();
        meddler.stop();
        meddling.join(TimeUnit.SECONDS.toMillis(60));
        return finish(load, scraper, offsets);
      }
    } finally {
      meddler.stop();
    }
  }

  private void stages(
      Load load,
      Meddler meddler,
      Fleet fleet,
      Scraper scraper,
      Truth truth,
      Admin admin,
      @Nullable PrometheusCheck prometheus)
      throws InterruptedException {
    load.start(System.nanoTime() + settings.chaos().toNanos());
    TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
    rest(load, meddler, truth, prometheus);
    chaosEndsNanos = System.nanoTime() + settings.chaos().toNanos();
    int stage = 0;
    while (System.nanoTime() < chaosEndsNanos
        && !(isSabotaged() && violations.total() > 0)) { // noticed already
      long left = chaosEndsNanos - System.nanoTime();
      long stageEnds =
          System.nanoTime()
              + (left > TimeUnit.SECONDS.toNanos(STAGE_SECONDS * 3 / 2)
                  ? TimeUnit.SECONDS.toNanos(STAGE_SECONDS)
                  : left);
      meddler.goOn();
      load.start(chaosEndsNanos);
      faults(fleet, scraper, admin, stageEnds, settings.seed() * 1000 + stage++);
      rest(load, meddler, truth, prometheus);
    }
  }

  private void faults(Fleet fleet, Scraper scraper, Admin admin, long untilNanos, long seed)
      throws InterruptedException {
    Thread brokers =
        new Thread(
            new BrokerFaults(settings, seed * 2 + 1, cluster, admin, untilNanos, log),
            "chaos-brokers");
    brokers.start();
    new ProcessorFaults(settings, seed * 2, fleet, scraper, witness, untilNanos, log).run();
    brokers.join();
    long left = untilNanos - System.nanoTime();
    TimeUnit.NANOSECONDS.sleep(Math.max(0, left));
    fleet.checkAlive();
  }

  /** Stops the load and waits until what is served equals the truth, and stays so for a while. */
  private void rest(Load load, Meddler meddler, Truth truth, @Nullable PrometheusCheck prometheus)
      throws InterruptedException {
    log.say("at rest: the load stops, every value must become the truth");
    meddler.rest();
    load.stop();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(atRestWithinSeconds());
    RestComparison comparison = new RestComparison(table);
    String different;
    do {
      TimeUnit.MILLISECONDS.sleep(500);
      truth.readToEnd();
      different = difference(comparison, truth.values());
      if (different.isEmpty()) {
        TimeUnit.NANOSECONDS.sleep(HELD_NANOS);
        truth.readToEnd();
        different = difference(comparison, truth.values());
      }
    } while (!different.isEmpty() && System.nanoTime() < deadline);
    violations.checked(Check.TRUTH, comparison.compared());
    if (!different.isEmpty()) {
      comparison.differences().forEach(sentence -> violations.add(Check.TRUTH, sentence));
    }
    log.say(
        different.isEmpty()
            ? "%d series equal the truth".formatted(comparison.compared())
            : "not equal: " + different);
    if (prometheus != null) {
      restOfPrometheus(prometheus, truth.values());
    }
  }

  private long atRestWithinSeconds() {
    return isSabotaged() ? SABOTAGED_AT_REST_WITHIN_SECONDS : AT_REST_WITHIN_SECONDS;
  }

  private boolean isSabotaged() {
    return settings.sabotage() != Sabotage.NONE;
  }

  private String difference(RestComparison comparison, Map<Series, Double> truth) {
    Set<Series> contested = new HashSet<>();
    Map<Series, Double> served = witness.served(contested);
    return comparison.difference(served, truth, contested);
  }

  private void restOfPrometheus(PrometheusCheck prometheus, Map<Series, Double> truth)
      throws InterruptedException {
    PrometheusCheck.Rest now = prometheus.rest(truth);
    if (now != null && lastRest != null) {
      prometheus.growth(lastRest, now);
    }
    lastRest = now != null ? now : lastRest;
  }

  private ChaosReport finish(Load load, Scraper scraper, CommittedOffsets offsets)
      throws InterruptedException {
    log.say("the whole run is checked");
    try (Truth whole = new Truth(settings, bootstrapServers, table)) {
      whole.readToEnd();
      new CommitCheck(whole, table, violations).check(witness.growths(), offsets.answers());
      checkEnd(whole);
      TopicChecks topics = new TopicChecks(settings, bootstrapServers, whole, violations);
      topics.ledger();
      topics.deadLetters();
      ReplayCheck.check(settings, bootstrapServers, violations);
      checkAcknowledged(whole, load);
      return ChaosReport.of(
          settings, violations, witness, log, whole, scraper.answered(), load, offsets);
    }
  }

  private void checkEnd(Truth whole) {
    Map<Series, Double> end = whole.values();
    witness
        .highest()
        .forEach(
            (series, value) -> {
              if (series.grows() && !series.isOffset()) {
                violations.checked(Check.BEYOND_THE_END, 1);
                double most = end.getOrDefault(series, 0.0);
                if (value > most) {
                  violations.add(
                      Check.BEYOND_THE_END,
                      "%s was served as %s, and %s was committed in the end"
                          .formatted(series.key(), value, most));
                }
              }
            });
  }

  private void checkAcknowledged(Truth whole, Load load) {
    load.acknowledged()
        .forEach(
            (topic, acknowledged) -> {
              long found =
                  whole.models().entrySet().stream()
                      .filter(entry -> entry.getKey().topic().equals(topic))
                      .mapToLong(entry -> entry.getValue().numbered())
                      .sum();
              violations.checked(Check.ACKNOWLEDGED, acknowledged);
              if (found < acknowledged) {
                violations.add(
                    Check.ACKNOWLEDGED,
                    "%d events were acknowledged and %d are in %s"
                        .formatted(acknowledged, found, topic));
              }
            });
  }

  /** Prometheus beside a run, where it is installed. */
  private final class Prometheus implements AutoCloseable {
    private final @Nullable PrometheusServer server;
    private final @Nullable PrometheusCheck check;

    Prometheus(Fleet fleet) throws IOException {
      server =
          PrometheusServer.start(
              settings.directory(),
              PrometheusConfig.text(
                  fleet.all().stream().map(ProcessorInstance::port).toList(),
                  settings.sabotage() != Sabotage.NO_IDENTITY));
      check = server == null ? null : new PrometheusCheck(server, table, violations);
      if (server == null) {
        log.say("Prometheus is not installed (apt-get install prometheus); its checks are skipped");
      }
    }

    void whole() throws InterruptedException {
      if (check != null) {
        check.whole(System.currentTimeMillis());
      }
    }

    @Override
    public void close() {
      if (server != null) {
        server.close();
      }
    }
  }
}
