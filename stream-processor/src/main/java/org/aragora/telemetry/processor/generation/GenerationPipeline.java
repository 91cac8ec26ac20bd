package org.aragora.telemetry.processor.generation;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.aragora.telemetry.counting.PartitionCounters;
import org.aragora.telemetry.counting.flow.BrokenInvariantException;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.counting.measure.MetricCatalog;
import org.aragora.telemetry.counting.metric.MetricsKey;
import org.aragora.telemetry.counting.store.CorruptRecordException;
import org.aragora.telemetry.counting.value.IncompatibleMetricException;
import org.aragora.telemetry.processor.health.HeartbeatWatch;
import org.aragora.telemetry.processor.health.OffsetWatch;
import org.aragora.telemetry.processor.health.ProcessorHealth;
import org.aragora.telemetry.processor.pipeline.CountProcessor;
import org.aragora.telemetry.processor.pipeline.PipelineSettings;
import org.aragora.telemetry.processor.pipeline.PipelineTopology;
import org.aragora.telemetry.processor.serve.MetricsView;
import org.aragora.telemetry.processor.serve.SeriesCollector;
import org.aragora.telemetry.processor.serve.ServeSettings;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kafka Streams with what watches it: runs from construction to {@link #close}. */
public final class GenerationPipeline implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GenerationPipeline.class);
  private static final long HEARTBEAT_MS = 200;
  private static final long OFFSET_MS = 1000;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(8);

  private final Generation generation;
  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> peeker;
  private final KafkaStreams streams;
  private final HeartbeatWatch heartbeats;
  private final OffsetWatch offsets;
  private final TakeoverProgress takeover;
  private final MetricsView view;
  private final ProcessorHealth health;
  private final SeriesCollector collector;
  private final ScheduledExecutorService watchers =
      Executors.newScheduledThreadPool(
          3,
          task -> {
            Thread thread = new Thread(task, "aragora-watch");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Creates everything and starts nothing.
   *
   * @param isCurrent whether it is certain that no other generation is current
   * @param takeover closed with this
   * @param admin closed with this
   */
  GenerationPipeline(
      ProcessorConfig config,
      Deployment deployment,
      BooleanSupplier isCurrent,
      TakeoverProgress takeover,
      Admin admin) {
    this.generation = deployment.generation();
    this.admin = admin;
    this.takeover = takeover;
    heartbeats = new HeartbeatWatch(config.sessionTimeout().dividedBy(2), System::nanoTime);
    view = new MetricsView(thread -> isCurrent.getAsBoolean() && heartbeats.isFresh(thread));
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
            Clock.systemUTC());
    PipelineSettings settings = settings(config, deployment);
    Properties properties = new Properties();
    properties.putAll(
        config.streamsSettings(deployment.generation(), deployment.replicationFactor()));
    streams = new KafkaStreams(new PipelineTopology(settings).get(), properties);
    health =
        new ProcessorHealth(
            new ProcessorHealth.Watched(streams, view, heartbeats, offsets),
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
                config.rules().lateGrace()),
            offsets,
            Clock.systemUTC());
  }

  private PipelineSettings settings(ProcessorConfig config, Deployment deployment) {
    return new PipelineSettings(
        config.topicPrefix(),
        deployment.generation(),
        deployment.metricsPartitions(),
        new CountProcessor.Services(
            new PartitionCounters(
                config.rules(), () -> new MetricCatalog(config.topicPrefix()), takeover),
            offsets,
            System::nanoTime,
            config.commitInterval(),
            () -> org.aragora.telemetry.chassis.topics.RecordSize.room(org.aragora.telemetry.schemas.topic.Topics.MAX_MESSAGE_BYTES)),
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
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** {@code onFailure}: receives the cause if the pipeline stops after a failure. */
  void start(Consumer<Throwable> onFailure) {
    streams.setUncaughtExceptionHandler(failure -> onThreadFailure(failure, onFailure));
    streams.start();
    var unused =
        watchers.scheduleWithFixedDelay(
            () -> heartbeats.refresh(streams.metrics()), 0, HEARTBEAT_MS, TimeUnit.MILLISECONDS);
    unused =
        watchers.scheduleWithFixedDelay(this::refreshOffsets, 0, OFFSET_MS, TimeUnit.MILLISECONDS);
    unused =
        watchers.scheduleWithFixedDelay(
            this::refreshLedgers, 0, HEARTBEAT_MS, TimeUnit.MILLISECONDS);
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

  private static StreamThreadExceptionResponse onThreadFailure(
      Throwable failure, Consumer<Throwable> onFailure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IncompatibleMetricException
          || cause instanceof CorruptRecordException
          || cause instanceof BrokenInvariantException
          || cause instanceof Error) {
        LOG.error("Stopped, because going on could serve wrong numbers", failure);
        onFailure.accept(cause);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
      }
    }
    LOG.error(
        "A stream thread failed and is replaced; its work goes on from the last commit", failure);
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  /** The generation that it counts into and serves. */
  Generation generation() {
    return generation;
  }

  public MetricSnapshots collectSeries(Predicate<String> includedNames) {
    return collector.collect(includedNames);
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

  /** Commits, leaves the group so that others take over at once, and stops. */
  @Override
  public void close() {
    streams.close(
        CloseOptions.timeout(CLOSE_TIMEOUT)
            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
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
