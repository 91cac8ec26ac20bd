package org.aragora.telemetry.processor.generation;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.HostInfo;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.measure.MetricCatalog;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.metric.OwnerValue;
import org.aragora.telemetry.processor.failure.Places;
import org.aragora.telemetry.processor.failure.ThreadFailures;
import org.aragora.telemetry.processor.health.Clocks;
import org.aragora.telemetry.processor.health.HeartbeatWatch;
import org.aragora.telemetry.processor.health.Lease;
import org.aragora.telemetry.processor.health.OffsetWatch;
import org.aragora.telemetry.processor.health.ProcessorHealth;
import org.aragora.telemetry.processor.pipeline.BoundedRecords;
import org.aragora.telemetry.processor.pipeline.CountProcessor;
import org.aragora.telemetry.processor.pipeline.PipelineSettings;
import org.aragora.telemetry.processor.pipeline.PipelineTopology;
import org.aragora.telemetry.processor.serve.MetricsView;
import org.aragora.telemetry.processor.serve.SeriesCollector;
import org.aragora.telemetry.processor.serve.ServeProcessor;
import org.aragora.telemetry.processor.serve.ServeSettings;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kafka Streams with what watches it: runs from construction to {@link #close}. */
public final class GenerationPipeline implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GenerationPipeline.class);
  private static final long HEARTBEAT_MS = 200;
  private static final long OFFSET_MS = 1000;
  private static final long TOPIC_MS = 2000;
  private static final long ABANDONED_MS = 500;
  private static final long INTERRUPT_MS = 500;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(8);

  private final Generation generation;
  private final int metricsPartitions;
  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> peeker;
  private final KafkaStreams streams;
  private final HeartbeatWatch heartbeats;
  private final OffsetWatch offsets;
  private final TakeoverProgress takeover;
  private final MetricsView view;
  private final TopicWatch topics;
  private final ThreadFailures failures;
  private final AbandonedTransactions abandoned;
  private final ProcessorHealth health;
  private final SeriesCollector collector;
  private volatile boolean displaced;
  private final ScheduledExecutorService watchers =
      Executors.newScheduledThreadPool(
          5,
          task -> {
            Thread thread = new Thread(task, "aragora-watch");
            thread.setDaemon(true);
            return thread;
          });

  private volatile boolean closing;

  /**
   * The parts that exist before it, closed with it.
   *
   * @param topics after its start
   */
  record Prepared(
      Deployment deployment, TopicWatch topics, TakeoverProgress takeover, Admin admin) {}

  /**
   * Creates everything and starts nothing.
   *
   * @param isCurrent whether it is certain that no other generation is current
   */
  @SuppressWarnings("this-escape") // the class is final; nothing runs before the start
  GenerationPipeline(ProcessorConfig config, Prepared prepared, BooleanSupplier isCurrent) {
    Deployment deployment = prepared.deployment();
    this.generation = deployment.generation();
    this.metricsPartitions = deployment.metricsPartitions();
    this.admin = prepared.admin();
    this.takeover = prepared.takeover();
    this.topics = prepared.topics();
    heartbeats =
        new HeartbeatWatch(
            config.sessionTimeout().dividedBy(2),
            new Clocks(System::nanoTime, System::currentTimeMillis));
    view =
        new MetricsView(
            new Lease(
                isCurrent,
                heartbeats,
                Lease.maxSilence(config.maxPollInterval(), config.sessionTimeout()),
                System::nanoTime));
    int topicTimePartition = MetricsKey.topicTimePartition(deployment.metricsPartitions());
    peeker = peeker(config);
    offsets =
        new OffsetWatch(
            admin,
            peeker,
            new OffsetWatch.Inputs(
                generation.applicationId(config.applicationId()),
                deployment.inputs(config.topicPrefix())),
            () -> view.servesPartition(topicTimePartition),
            System::nanoTime);
    abandoned =
        new AbandonedTransactions(
            admin, generation.applicationId(config.applicationId()), System::nanoTime);
    PipelineSettings settings = settings(config, deployment);
    Places places = new Places(config.topicPrefix());
    failures =
        new ThreadFailures(
            places,
            new RunningTopics(config.topicPrefix(), offsets, topics.rules()),
            System::nanoTime);
    Properties properties = new Properties();
    properties.putAll(
        config.streamsSettings(deployment.generation(), deployment.replicationFactor()));
    properties.putAll(places.settings());
    streams =
        new KafkaStreams(new PipelineTopology(settings).get(), properties, new BoundedRecords());
    health =
        new ProcessorHealth(
            new ProcessorHealth.Watched(streams, view, heartbeats, offsets, failures),
            config.stall(),
            System::nanoTime);
    collector =
        new SeriesCollector(
            view,
            new ServeSettings(
                settings.metrics(),
                MetricCatalog.websocketConnections(),
                config.topicPrefix(),
                deployment.inputPartitions(),
                deployment.metricsPartitions(),
                config.rules().lateGrace(),
                config.nativeHistograms()),
            offsets,
            System::nanoTime);
  }

  private PipelineSettings settings(ProcessorConfig config, Deployment deployment) {
    return new PipelineSettings(
        config.topicPrefix(),
        deployment.generation(),
        new ServeProcessor.Announcement(
            deployment.metricsPartitions(),
            new OwnerValue.Service(
                generation.applicationId(config.applicationId()),
                generation.number(),
                deployment.windowsPartitions(),
                deployment.inputPartitions()),
            takeover::isCaughtUp,
            config.sessionTimeout(),
            this::onDisplaced),
        new CountProcessor.Services(
            new PartitionCounters(
                config.rules(),
                () -> new MetricCatalog(config.topicPrefix(), config.rules().labelText()),
                takeover),
            offsets,
            System::nanoTime,
            config.commitInterval(),
            topics::deadLetterRoom,
            config.deadLetterRedaction()),
        view);
  }

  private static KafkaConsumer<byte[], byte[]> peeker(ProcessorConfig config) {
    Map<String, Object> settings = new HashMap<>(config.clientSettings());
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, config.applicationId() + "-peek");
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4096);
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
    settings.remove(ConsumerConfig.MAX_POLL_RECORDS_CONFIG);
    return new KafkaConsumer<>(settings, BoundedRecords.nothing(), BoundedRecords.nothing());
  }

  void start() {
    streams.setUncaughtExceptionHandler(this::onThreadFailure);
    streams.start();
    var unused =
        watchers.scheduleWithFixedDelay(
            () -> heartbeats.refresh(streams.metrics()), 0, HEARTBEAT_MS, TimeUnit.MILLISECONDS);
    unused =
        watchers.scheduleWithFixedDelay(this::refreshOffsets, 0, OFFSET_MS, TimeUnit.MILLISECONDS);
    unused =
        watchers.scheduleWithFixedDelay(
            this::refreshLedgers, 0, HEARTBEAT_MS, TimeUnit.MILLISECONDS);
    unused =
        watchers.scheduleWithFixedDelay(
            this::refreshTopics, TOPIC_MS, TOPIC_MS, TimeUnit.MILLISECONDS);
    unused =
        watchers.scheduleWithFixedDelay(
            this::abortAbandoned, 0, ABANDONED_MS, TimeUnit.MILLISECONDS);
  }

  private void refreshOffsets() {
    try {
      offsets.refresh();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      LOG.debug("The broker did not report the offsets of the input topics: {}", e.toString());
    }
    health.refresh();
  }

  private void refreshLedgers() {
    try {
      takeover.refresh();
    } catch (KafkaException e) {
      LOG.debug("The ledgers of this generation cannot be read yet: {}", e.toString());
    }
  }

  private StreamThreadExceptionResponse onThreadFailure(Throwable failure) {
    if (closing) {
      LOG.info("A stream thread was interrupted on closing: {}", failure.toString());
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    if (hasCommitted(Thread.currentThread().getName())) {
      failures.onCommit();
    }
    return failures.handle(failure);
  }

  /** Returns true if a stream thread has committed since it started. */
  private boolean hasCommitted(String thread) {
    return streams.metrics().values().stream()
        .filter(metric -> metric.metricName().group().equals("stream-thread-metrics"))
        .filter(metric -> metric.metricName().name().equals("commit-total"))
        .filter(metric -> thread.equals(metric.metricName().tags().get("thread-id")))
        .anyMatch(metric -> metric.metricValue() instanceof Double times && times > 0);
  }

  /** Looks at the topics; what is refused at a start stops counting. */
  private void refreshTopics() {
    try {
      topics.refresh().ifPresent(this::stop);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      LOG.debug("The broker did not report the topics: {}", e.toString());
    }
  }

  private void abortAbandoned() {
    try {
      abandoned.abort(
          streams.metadataForLocalThreads().stream()
              .map(ThreadMetadata::consumerClientId)
              .toList());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      LOG.debug("The broker did not report the open transactions: {}", e.toString());
    }
  }

  private void stop(String why) {
    failures.stop(why, null);
    streams.close(closeOptions(Duration.ZERO));
  }

  private static CloseOptions closeOptions(Duration timeout) {
    return CloseOptions.timeout(timeout)
        .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
  }

  private void onDisplaced(OwnerValue by) {
    LOG.error(
        "The topic of totals was taken over by {}, which is no member of this service; it starts"
            + " again and writes all totals",
        by.service().map(OwnerValue.Service::applicationId).orElse("an earlier release"));
    displaced = true;
  }

  /** Returns true if another service took a partition over; then it must start again. */
  boolean isDisplaced() {
    return displaced;
  }

  /** The generation that it counts into and serves. */
  public Generation generation() {
    return generation;
  }

  public MetricSnapshots collectSeries(Predicate<String> includedNames) {
    return collector.collect(includedNames);
  }

  /** Returns true if every ledger balances; empty if this process does not serve the ledgers. */
  public Optional<Boolean> ledgersBalance() {
    return collector.ledgersBalance();
  }

  /** Number of records that were ever appended to the input topics; empty if it is unknown yet. */
  public OptionalLong appendedRecords() {
    return offsets.appendedRecords();
  }

  /** Partitions of the metrics topic that it serves now, in order. */
  public List<Integer> servedPartitions() {
    return view.servedPartitions();
  }

  /** Addresses of all processors of the group that have named one, its own among them. */
  public List<HostInfo> addresses() {
    try {
      return streams.metadataForAllStreamsClients().stream()
          .map(StreamsMetadata::hostInfo)
          .filter(host -> !host.equals(HostInfo.unavailable()))
          .distinct()
          .toList();
    } catch (IllegalStateException e) {
      return List.of(); // it is starting or stopping
    }
  }

  /** Number of partitions of the metrics topic, of all processors together. */
  public int metricsPartitions() {
    return metricsPartitions;
  }

  /** Number of records of the metrics topic that no release has written. */
  public long foreignRecords() {
    return view.foreignRecords();
  }

  /** Returns true if counting has stopped until somebody removes the cause. */
  public boolean hasStopped() {
    return failures.stopped().isPresent();
  }

  public int openSeries() {
    return view.openSeries();
  }

  public ProcessorHealth health() {
    return health;
  }

  public String state() {
    return streams.state().name();
  }

  public Map<MetricName, ? extends Metric> clientMetrics() {
    return streams.metrics();
  }

  /**
   * Makes {@link #close} interrupt what the stream threads wait for. Call it after the wall clock
   * was set back: a wait that began before would last until the clock has caught up.
   */
  void interruptOnClose() {
    var unused =
        watchers.scheduleWithFixedDelay(
            this::interruptThreads, INTERRUPT_MS, INTERRUPT_MS, TimeUnit.MILLISECONDS);
  }

  private void interruptThreads() {
    Set<String> names =
        streams.metadataForLocalThreads().stream()
            .map(ThreadMetadata::threadName)
            .collect(Collectors.toSet());
    Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> names.contains(thread.getName()))
        .forEach(Thread::interrupt);
  }

  /** Commits, leaves the group so that others take over at once, and stops. */
  @Override
  public void close() {
    closing = true;
    streams.close(closeOptions(CLOSE_TIMEOUT));
    watchers.shutdownNow();
    peeker.wakeup();
    try {
      if (watchers.awaitTermination(1, TimeUnit.SECONDS)) {
        peeker.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
        takeover.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    admin.close(Duration.ZERO);
  }
}
