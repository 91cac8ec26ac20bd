package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Time until another processor serves what a killed or stopped one served, on a broker with the
 * scan of transactions and the rebalance delay that Kafka ships.
 */
class ITTakeover {
  private static final Logger LOG = LoggerFactory.getLogger(ITTakeover.class);
  private static final String PREFIX = "takeover.";
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir Path directory;
  private EmbeddedBroker broker;
  private Pipe pipe;
  private ScheduledExecutorService load;
  private int sent;

  @BeforeEach
  void start() {
    broker =
        EmbeddedBroker.builder()
            .setting("transaction.abort.timed.out.transaction.cleanup.interval.ms", "10000")
            .setting("group.initial.rebalance.delay.ms", "3000")
            .setting("group.streams.initial.rebalance.delay.ms", "3000")
            .start();
    pipe = new Pipe(broker.bootstrapServers(), PREFIX);
    load = Executors.newSingleThreadScheduledExecutor();
  }

  @AfterEach
  void stop() {
    load.shutdownNow();
    pipe.close();
    broker.close();
  }

  /** The transaction timeout is a minute, so that only the survivor can have aborted it. */
  @Test
  void seriesOfAKilledProcessorAreBackSoonAfterItsSession() throws Exception {
    ServiceProcess first = processor("first", 60_000);
    ServiceProcess second = processor("second", 60_000);
    try {
      Duration absent = absentAfter(first, second, () -> first.jvm().kill());
      LOG.info("After a kill the series were back within {} ms", absent.toMillis());
      assertThat(absent).isLessThan(Duration.ofSeconds(30));
    } finally {
      first.jvm().kill();
      second.jvm().kill();
    }
  }

  @Test
  void seriesOfAStoppedProcessorAreBackSoon() throws Exception {
    ServiceProcess first = processor("first", 10_000);
    ServiceProcess second = processor("second", 10_000);
    try {
      Duration absent = absentAfter(first, second, () -> first.jvm().stop(Duration.ofSeconds(20)));
      LOG.info("After a stop the series were back within {} ms", absent.toMillis());
      assertThat(absent).isLessThan(Duration.ofSeconds(10));
    } finally {
      first.jvm().kill();
      second.jvm().kill();
    }
  }

  /** Time from the end of {@code first} until {@code second} serves every series of both. */
  private Duration absentAfter(ServiceProcess first, ServiceProcess second, Runnable end)
      throws Exception {
    first.start();
    assertThat(first.awaitReady(PATIENCE, () -> false)).isTrue();
    load.scheduleWithFixedDelay(this::send, 0, 20, TimeUnit.MILLISECONDS);
    second.start();
    assertThat(second.awaitReady(PATIENCE, () -> false)).isTrue();
    Set<String> all = Set.of();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Set<String> ofFirst = Set.of();
    while (ofFirst.isEmpty() || names(second).isEmpty()) {
      assertThat(System.nanoTime()).as("both serve").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(200);
      ofFirst = names(first);
      all = names(second);
    }
    Set<String> expected =
        Stream.concat(ofFirst.stream(), all.stream()).collect(Collectors.toSet());
    long from = System.nanoTime();
    end.run();
    deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!names(second).containsAll(expected)) {
      assertThat(System.nanoTime()).as("all is back").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return Duration.ofNanos(System.nanoTime() - from);
  }

  private void send() {
    pipe.send("requests", null, null, TestEvents.request("r" + sent++, Instant.now(), 200));
  }

  private static Set<String> names(ServiceProcess processor) throws InterruptedException {
    MetricsPage page = processor.metrics();
    return page == null
        ? Set.of()
        : page.shared().keySet().stream()
            .filter(name -> !name.startsWith("aragora_telemetry_lag_seconds"))
            .filter(name -> !name.startsWith("aragora_telemetry_complete_until"))
            .collect(Collectors.toSet());
  }

  private ServiceProcess processor(String name, int transactionTimeoutMs) {
    return ServiceProcess.of(
            name,
            ProcessorMain.class.getName(),
            new ServiceEnvironment(broker.bootstrapServers(), PREFIX, directory))
        .options("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        .set("ARAGORA_TELEMETRY_APPLICATION_ID", PREFIX + "processor")
        .set("ARAGORA_TELEMETRY_PARTITIONS", "4")
        .set("ARAGORA_TELEMETRY_BIRTH_SECONDS", "0")
        .set("ARAGORA_TELEMETRY_TRANSACTION_TIMEOUT_MS", Integer.toString(transactionTimeoutMs));
  }
}
