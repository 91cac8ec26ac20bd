package org.aragora.telemetry.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
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
 *
 * <p>With many series, on demand: {@code mvn verify -pl stream-processor -am -Dit.test=ITTakeover
 * -Daragora.telemetry.takeover.series=100000}, and {@code -Daragora.telemetry.takeover.standby=1}
 * for warm copies. Such a run takes minutes and only measures.
 */
class ITTakeover {
  private static final Logger LOG = LoggerFactory.getLogger(ITTakeover.class);
  private static final String PREFIX = "takeover.";

  /** Counter series beside those of the load. */
  private static final int SERIES = Integer.getInteger("aragora.telemetry.takeover.series", 0);

  private static final int STANDBY = Integer.getInteger("aragora.telemetry.takeover.standby", 0);

  private static final Duration PATIENCE = Duration.ofSeconds(SERIES > 0 ? 300 : 90);

  private static final int STATUSES = 100;

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
    if (SERIES > 0) {
      BrokerTopics.create(broker.bootstrapServers(), PREFIX, 4);
      preload();
    }
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
      assertThat(absent).isLessThan(SERIES > 0 ? PATIENCE : Duration.ofSeconds(30));
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
      assertThat(absent).isLessThan(SERIES > 0 ? PATIENCE : Duration.ofSeconds(10));
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
    while (ofFirst.size() <= SERIES / 4
        || all.size() <= SERIES / 4
        || ofFirst.size() + all.size() < SERIES) {
      assertThat(System.nanoTime()).as("both serve").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(200);
      ofFirst = names(first);
      all = names(second);
    }
    LOG.info("Serving {} and {} series", ofFirst.size(), all.size());
    Set<String> expected =
        Stream.concat(ofFirst.stream(), all.stream()).collect(Collectors.toSet());
    long from = System.nanoTime();
    end.run();
    LOG.info("Ended after {} ms", (System.nanoTime() - from) / 1_000_000);
    deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!names(second).containsAll(expected)) {
      assertThat(System.nanoTime()).as("all is back").isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return Duration.ofNanos(System.nanoTime() - from);
  }

  /** Writes an event of each series. */
  private void preload() {
    Map<String, Object> config =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "linger.ms", 5);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int number = 0; number < SERIES; number++) {
        String endpoint = "/api/e" + letters(number / STATUSES);
        byte[] event =
            TestEvents.request("s" + number, Instant.now(), endpoint, 200 + number % STATUSES);
        producer.send(new ProducerRecord<>(PREFIX + "requests", number % 4, null, event));
      }
    }
  }

  /** A number in letters, which no template takes for an id. */
  private static String letters(int number) {
    return Integer.toString(number, 26)
        .chars()
        .mapToObj(digit -> String.valueOf((char) (digit < 'a' ? digit - '0' + 'a' : digit + 10)))
        .collect(Collectors.joining());
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
        .options(
            SERIES > 0 ? "-Xmx768m" : "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        .set("ARAGORA_TELEMETRY_APPLICATION_ID", PREFIX + "processor")
        .set("ARAGORA_TELEMETRY_PARTITIONS", "4")
        .set("ARAGORA_TELEMETRY_SERIES_LIMIT", "1000000")
        .set("ARAGORA_TELEMETRY_STANDBY_REPLICAS", Integer.toString(STANDBY))
        .set("ARAGORA_TELEMETRY_BIRTH_SECONDS", "0")
        .set("ARAGORA_TELEMETRY_TRANSACTION_TIMEOUT_MS", Integer.toString(transactionTimeoutMs));
  }
}
