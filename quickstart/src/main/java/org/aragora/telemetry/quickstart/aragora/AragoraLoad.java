package org.aragora.telemetry.quickstart.aragora;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.quickstart.load.ClientAccount;
import org.aragora.telemetry.quickstart.load.Load;
import org.aragora.telemetry.testbed.service.ChildJvm;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * Real, unmodified Aragora with its demo agents, and a driver that makes requests and debates. What
 * the server sent is counted by the numbers of its events.
 */
public final class AragoraLoad implements Load {
  private static final String PROJECT = "producer-python";
  private static final Duration READY_WITHIN = Duration.ofMinutes(5);

  /**
   * Aragora only marks a cancelled debate: its thread, and with it the server, runs on to its end.
   */
  private static final Duration DEBATE_ENDS_WITHIN = Duration.ofSeconds(10);

  private static final Duration SERVER_STOPS_WITHIN = Duration.ofSeconds(60);

  private final double perSecond;
  private final Consumer<String> progress;
  private final String idPrefix = "quickstart-" + UUID.randomUUID() + "-";
  private final ServerEvents events = new ServerEvents(idPrefix);

  private @Nullable Path python;
  private @Nullable AragoraServer server;
  private @Nullable Driver driver;
  private int exitCode = -1;

  /**
   * Prepares nothing yet.
   *
   * @param perSecond requests per second; those about debates are not among them
   * @param progress gets a line before something that takes long
   */
  public AragoraLoad(double perSecond, Consumer<String> progress) {
    this.perSecond = perSecond;
    this.progress = progress;
  }

  @Override
  public Set<String> sources() {
    return Set.of("/aragora/instances/" + AragoraServer.INSTANCE);
  }

  @Override
  public void prepare(BooleanSupplier isStopped) throws InterruptedException {
    python = new PythonEnvironment(project(), Map.of(), progress).prepare(isStopped);
  }

  /** Directory of the wheel in the checkout that this program was built in. */
  private static Path project() {
    return Stream.iterate(ChildJvm.originOf(AragoraLoad.class), Objects::nonNull, Path::getParent)
        .map(parent -> parent.resolve(PROJECT))
        .filter(Files::isDirectory)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "--aragora needs the checkout of the project with its directory "
                        + PROJECT
                        + "; run bin/telemetry there."));
  }

  @Override
  public void start(ServiceEnvironment environment, BooleanSupplier isStopped)
      throws InterruptedException {
    if (python == null) {
      return;
    }
    progress.accept("Starting Aragora ...");
    server = AragoraServer.start(python, environment);
    if (server.awaitReady(READY_WITHIN, isStopped)) {
      driver = Driver.start(server.port(), idPrefix, perSecond);
    }
  }

  @Override
  public List<String> places() {
    return server == null
        ? List.of()
        : List.of(
            "  Aragora   http://localhost:%d   (unmodified, from PyPI; instance %s)"
                .formatted(server.port(), AragoraServer.INSTANCE),
            "  Load      %,.0f requests a second and one debate after another"
                .formatted(perSecond));
  }

  @Override
  public void checkAlive() {
    if (server != null) {
      server.checkAlive();
    }
  }

  @Override
  public void onWritten(TopicPartition partition, JsonNode event) {
    events.add(partition, event);
  }

  @Override
  public Map<String, Long> emitted() {
    return events.numbered();
  }

  @Override
  public long dropped(MetricsPage page) {
    return page.count("aragora_telemetry_producer_dropped_events_total", Map.of());
  }

  @Override
  public void stop(Duration bound) throws InterruptedException {
    progress.accept("Stopping Aragora after its debate ...");
    if (driver != null) {
      driver.stop(bound.compareTo(DEBATE_ENDS_WITHIN) > 0 ? bound : DEBATE_ENDS_WITHIN);
    }
    if (server != null) {
      exitCode = server.stop(SERVER_STOPS_WITHIN);
    }
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  public @Nullable ClientAccount account(MetricsPage page, boolean others) {
    return driver == null ? null : new ClientAccount(rows(driver, page), others, trouble(driver));
  }

  private List<ClientAccount.Row> rows(Driver driver, MetricsPage page) {
    List<ClientAccount.Row> rows = new ArrayList<>();
    driver
        .requests()
        .forEach(
            (request, count) ->
                rows.add(
                    new ClientAccount.Row(
                        request.toString(),
                        count,
                        events.othersRequests(request),
                        page.count(
                            "aragora_requests_total",
                            Map.of(
                                "method", request.method(),
                                "endpoint", request.endpoint(),
                                "status", Integer.toString(request.status()))))));
    Map<String, String> own = driver.debates();
    rows.add(
        new ClientAccount.Row(
            "debates started",
            own.size(),
            events.started().stream().filter(id -> !own.containsKey(id)).count(),
            page.count("aragora_debates_started_total", Map.of())));
    Map<String, String> ended = events.outcomes();
    Set<String> outcomes = new TreeSet<>(own.values());
    outcomes.addAll(ended.values());
    outcomes.remove(Driver.UNCERTAIN);
    for (String outcome : outcomes) {
      rows.add(
          new ClientAccount.Row(
              "debates ended: " + outcome,
              count(own.values(), outcome),
              ended.entrySet().stream()
                  .filter(end -> end.getValue().equals(outcome) && !isCertain(own, end.getKey()))
                  .count(),
              page.count("aragora_debates_completed_total", Map.of("outcome", outcome))));
    }
    return rows;
  }

  private static boolean isCertain(Map<String, String> debates, String id) {
    return !debates.getOrDefault(id, Driver.UNCERTAIN).equals(Driver.UNCERTAIN);
  }

  private static long count(Collection<String> values, String wanted) {
    return values.stream().filter(wanted::equals).count();
  }

  private @Nullable String trouble(Driver driver) {
    if (driver.trouble() != null) {
      return driver.trouble();
    }
    if (exitCode != 0) {
      return "The Aragora server %s."
          .formatted(
              exitCode < 0
                  ? "did not stop in time and was killed"
                  : "ended with exit code " + exitCode);
    }
    return events.stopped() == 1
        ? null
        : "The Aragora server sent instance.stopped %d times and not once."
            .formatted(events.stopped());
  }
}
