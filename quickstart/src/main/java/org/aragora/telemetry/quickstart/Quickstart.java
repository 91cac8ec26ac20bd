package org.aragora.telemetry.quickstart;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.aragora.telemetry.quickstart.aragora.AragoraLoad;
import org.aragora.telemetry.quickstart.load.Load;
import org.aragora.telemetry.quickstart.load.NoLoad;
import org.aragora.telemetry.quickstart.load.SampleLoad;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;
import org.aragora.telemetry.testbed.broker.BrokerTopics;
import org.aragora.telemetry.testbed.broker.EmbeddedBroker;
import org.aragora.telemetry.testbed.service.LocalHttp;
import org.aragora.telemetry.testbed.service.MetricsPage;
import org.aragora.telemetry.testbed.service.Ports;
import org.aragora.telemetry.testbed.service.ServiceEnvironment;
import org.aragora.telemetry.testbed.service.ServiceProcess;
import org.aragora.telemetry.testbed.service.TempResources;

/**
 * The whole pipeline on this machine: broker, topics, load, processor, exporters, and the account
 * at the end.
 */
final class Quickstart {

  private static final int PARTITIONS = 4;
  private static final String EVENTS = "aragora_telemetry_events_total";
  private static final String NEXT_OFFSET = "aragora_telemetry_consumed_offset";
  private static final Duration SHOWN_EVERY = Duration.ofSeconds(1);
  private static final Duration READY_WITHIN = Duration.ofMinutes(2);
  private static final Duration SETTLES_WITHIN = Duration.ofSeconds(60);
  // After Ctrl-C the user waits for the end; mostly it takes a second.
  private static final Duration SETTLES_WITHIN_WHEN_STOPPED = Duration.ofSeconds(15);
  private static final Duration LOAD_STOPS_WITHIN = Duration.ofSeconds(30);
  private static final Duration LOAD_STOPS_WITHIN_WHEN_STOPPED = Duration.ofSeconds(2);
  private static final Duration PROCESSOR_STOPS_WITHIN = Duration.ofSeconds(4);
  private static final List<String> INPUTS =
      Arrays.stream(InputTopic.values()).map(topic -> topic.under(Topics.DEFAULT_PREFIX)).toList();

  private record Services(ServiceProcess processor, Exporters exporters) {}

  private final Options options;
  private final Screen screen;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Load load;

  /** Prepares a run. */
  Quickstart(Options options, Screen screen) {
    this.options = options;
    this.screen = screen;
    this.load =
        switch (options.writer()) {
          case SAMPLE -> new SampleLoad(options.rate(), Exporters.sampling(System.getenv()));
          case ARAGORA -> new AragoraLoad(options.rate(), screen::line);
          case NOBODY -> new NoLoad();
        };
  }

  /** Ends the load before its time. */
  void stop() {
    stop.countDown();
  }

  private boolean isStopped() {
    return stop.getCount() == 0;
  }

  /**
   * Runs until the duration is over or {@link #stop} is called, with its files in a new temporary
   * directory.
   *
   * @return true if every event, span and line was accounted for
   */
  boolean run() throws InterruptedException, IOException {
    load.prepare(this::isStopped);
    if (isStopped()) {
      return true;
    }
    boolean settled = false;
    Path directory = TempResources.directory("aragora-quickstart-");
    screen.line("Starting Kafka, the topics, the stream processor and the exporters ...");
    EmbeddedBroker broker =
        EmbeddedBroker.builder()
            .port(options.kafkaPort())
            .directory(directory.resolve("kafka"))
            .stopsWithJvm(false)
            .start();
    try {
      BrokerTopics.create(broker.bootstrapServers(), Topics.DEFAULT_PREFIX, PARTITIONS);
      settled = isStopped() || runOn(broker, directory);
      return settled;
    } finally {
      broker.kill(); // its data goes anyway
      broker.close();
      if (settled) {
        TempResources.delete(directory);
      } else {
        screen.line("Logs and data are kept in " + directory + ".");
      }
    }
  }

  private boolean runOn(EmbeddedBroker broker, Path directory)
      throws InterruptedException, IOException {
    ServiceEnvironment environment =
        new ServiceEnvironment(broker.bootstrapServers(), Topics.DEFAULT_PREFIX, directory);
    int metricsPort = options.metricsPort() == 0 ? Ports.free() : options.metricsPort();
    Exporters exporters = new Exporters(System.getenv(), environment);
    Services services = new Services(processor(environment, metricsPort, exporters), exporters);
    try (BrokerCount count = BrokerCount.start(broker.bootstrapServers(), PARTITIONS, load);
        load) {
      awaitReady(services.processor());
      for (ServiceProcess exporter : services.exporters().all()) {
        awaitReady(exporter);
      }
      load.start(environment, this::isStopped);
      printAddresses(broker.port(), services, directory);
      watch(services, count);
      load.stop(isStopped() ? LOAD_STOPS_WITHIN_WHEN_STOPPED : LOAD_STOPS_WITHIN);
      Accounts accounts = settle(services, count);
      accounts.lines().forEach(screen::line);
      return isStopped() ? !accounts.isWrong() : accounts.isSettled();
    } finally {
      List<String> killed = new ArrayList<>(services.exporters().stop());
      if (!services.processor().jvm().stop(PROCESSOR_STOPS_WITHIN)) {
        killed.add(services.processor().name());
      }
      killed.forEach(name -> screen.line("The " + name + " did not stop in time and was killed."));
    }
  }

  private static ServiceProcess processor(
      ServiceEnvironment environment, int metricsPort, Exporters exporters) {
    ServiceProcess processor =
        service(
                "processor",
                "org.aragora.telemetry.processor.ProcessorMain",
                environment,
                "-Xmx512m")
            .metricsPort(metricsPort)
            .set("ARAGORA_TELEMETRY_BIRTH_SECONDS", "0")
            .set("ARAGORA_TELEMETRY_PARTITIONS", Integer.toString(PARTITIONS))
            .set("ARAGORA_TELEMETRY_PAGE_EXPORTERS", exporters.pages());
    exporters.traces().ifPresent(url -> processor.set("ARAGORA_TELEMETRY_PAGE_RECEIVER_URL", url));
    return processor.start();
  }

  /** A service with the user's own settings. */
  static ServiceProcess service(
      String name, String mainClass, ServiceEnvironment environment, String... options) {
    return ServiceProcess.of(name, mainClass, environment)
        .inheritSettings()
        .options(options)
        .set("LOG_FORMAT", System.getenv().getOrDefault("LOG_FORMAT", "text"));
  }

  /** Waits, and shows in the meantime what it waits for. */
  private void awaitReady(ServiceProcess service) throws InterruptedException {
    long start = System.nanoTime();
    while (!isStopped() && !service.awaitReady(SHOWN_EVERY, this::isStopped)) {
      service.checkAlive();
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
      if (seconds >= READY_WITHIN.toSeconds()) {
        throw new IllegalStateException(
            "The %s is not ready after %d s; the end of its log:\n%s"
                .formatted(service.name(), READY_WITHIN.toSeconds(), service.jvm().endOfLog()));
      }
      screen.live(
          "%d s  the %s is starting: %s".formatted(seconds, service.name(), reason(service)));
    }
  }

  private static String reason(ServiceProcess service) throws InterruptedException {
    try {
      return LocalHttp.get(service.metricsPort(), "/health/ready", SHOWN_EVERY).body().strip();
    } catch (IOException e) {
      return "it does not answer yet";
    }
  }

  private void watch(Services services, BrokerCount count) throws InterruptedException {
    long start = System.nanoTime();
    Duration duration = options.duration();
    Progress progress = new Progress(start);
    while (duration == null || System.nanoTime() - start < duration.toNanos()) {
      if (stop.await(1, TimeUnit.SECONDS)) {
        return;
      }
      services.processor().checkAlive();
      services.exporters().all().forEach(ServiceProcess::checkAlive);
      load.checkAlive();
      MetricsPage page = services.processor().metrics();
      // A processor that is not sure of its partitions serves nothing of them; that is not zero.
      if (page != null && page.sum(EVENTS, Map.of()).isPresent()) {
        screen.live(
            progress.line(account(count, page, true), services.exporters().account(count), page));
      } else {
        screen.live(progress.waiting(reason(services.processor())));
      }
    }
  }

  /** Waits, within a bound, until all sides agree. */
  private Accounts settle(Services services, BrokerCount count) throws InterruptedException {
    Duration bound = isStopped() ? SETTLES_WITHIN_WHEN_STOPPED : SETTLES_WITHIN;
    long deadline = System.nanoTime() + bound.toNanos();
    MetricsPage last = MetricsPage.parse("");
    boolean isRead = count.awaitEnd(bound);
    while (true) {
      MetricsPage page = services.processor().metrics();
      last = page == null ? last : page;
      Account events = account(count, last, isRead);
      Accounts accounts =
          new Accounts(
              load.account(last, events.hasOthers()), events, services.exporters().account(count));
      if ((isRead && accounts.isSettled()) || System.nanoTime() > deadline) {
        reportDropped(last);
        return accounts;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private void reportDropped(MetricsPage page) {
    long dropped = load.dropped(page);
    if (dropped > 0) {
      screen.line(
          "%,d events were dropped by the producers, because the broker was too slow for --rate"
                  .formatted(dropped)
              + "; they were never emitted.");
    }
  }

  /**
   * @param isRead false if {@code count} may not have read all that was emitted
   */
  private Account account(BrokerCount count, MetricsPage page, boolean isRead) {
    Map<String, Long> emitted = load.emitted();
    Map<String, BrokerCount.Written> written = count.written();
    Map<TopicPartition, Long> nextOffsets = count.nextOffsets();
    List<Account.Row> rows = new ArrayList<>();
    for (String topic : INPUTS) {
      BrokerCount.Written by = written.getOrDefault(topic, BrokerCount.Written.NOTHING);
      long load = emitted.getOrDefault(topic, 0L);
      long unseen = isRead ? 0 : Math.max(0, load - by.load());
      rows.add(
          new Account.Row(
              topic,
              load,
              by.processor(),
              by.others(),
              page.events(topic, "counted"),
              page.events(topic, "duplicate"),
              page.events(topic, "dead_letter"),
              unseen + unread(page, topic, nextOffsets)));
    }
    return new Account(rows);
  }

  /**
   * Records at and after the offsets that the page's own counts end at. The lag of the page would
   * not do: it is older than the last records when the processor is slow or answers no more.
   *
   * @param nextOffsets of all partitions, at the end of what was written
   */
  static long unread(MetricsPage page, String topic, Map<TopicPartition, Long> nextOffsets) {
    return nextOffsets.entrySet().stream()
        .filter(end -> end.getKey().topic().equals(topic))
        .mapToLong(
            end ->
                Math.max(
                    0,
                    end.getValue()
                        - page.count(
                            NEXT_OFFSET,
                            Map.of(
                                "topic",
                                topic,
                                "partition",
                                Integer.toString(end.getKey().partition())))))
        .sum();
  }

  private void printAddresses(int kafkaPort, Services services, Path directory) {
    int metricsPort = services.processor().metricsPort();
    String kafka = "localhost:" + kafkaPort;
    screen.line("  Kafka     " + kafka + "   (kcat -b " + kafka + " -t aragora.requests -C -c 3)");
    screen.line("  Page      http://localhost:" + metricsPort + "/");
    screen.line("  Metrics   http://localhost:" + metricsPort + "/metrics");
    screen.line("  Health    http://localhost:" + metricsPort + "/health/ready");
    services.exporters().places().forEach(screen::line);
    screen.line("  Logs      " + directory);
    String until =
        options.duration() == null
            ? "until Ctrl-C, then prints the account"
            : "for "
                + options.duration().toSeconds()
                + " s, then prints the account; Ctrl-C ends it earlier";
    load.places().forEach(screen::line);
    screen.line("  Runs      " + until);
  }
}
