package org.aragora.telemetry.processor;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
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
import org.aragora.telemetry.processor.pipeline.CountProcessor;
import org.aragora.telemetry.processor.pipeline.PipelineSettings;
import org.aragora.telemetry.processor.pipeline.PipelineTopology;
import org.aragora.telemetry.processor.serve.MetricsView;
import org.aragora.telemetry.processor.serve.SeriesCollector;
import org.aragora.telemetry.processor.serve.ServeSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kafka Streams with what watches it: runs from construction to {@link #close}. */
final class Pipeline implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);
  private static final long HEARTBEAT_LOOK_MS = 200;
  private static final long OFFSET_LOOK_MS = 1000;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(8);

  private final Generation generation;
  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> peeker;
  private final KafkaStreams streams;
  private final HeartbeatWatch heartbeats;
  private final OffsetWatch offsets;
  private final CatchUp catchUp;
  private final MetricsView view;
  private final ProcessorHealth health;
  private final SeriesCollector collector;
  private final CompletableFuture<Void> failed = new CompletableFuture<>();
  private final ScheduledExecutorService watchers =
      Executors.newScheduledThreadPool(
          3,
          task -> {
            Thread thread = new Thread(task, "aragora-watch");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * {@code isCurrent}: whether it is certain that no other generation is to be served; {@code
   * catchUp} and {@code admin}: closed with this.
   */
  Pipeline(
      ProcessorConfig config,
      Deployment deployment,
      BooleanSupplier isCurrent,
      CatchUp catchUp,
      Admin admin) {
    this.generation = deployment.generation();
    this.admin = admin;
    this.catchUp = catchUp;
    heartbeats = new HeartbeatWatch(config.sessionTimeout().dividedBy(2), System::nanoTime);
    view = new MetricsView(thread -> isCurrent.getAsBoolean() && heartbeats.isFresh(thread));
    int topicTimePartition = MetricsKey.topicTimePartition(deployment.metricsPartitions());
    peeker = peeker(config);
    offsets =
        new OffsetWatch(
            admin,
            peeker,
            deployment.generation().applicationId(config.applicationId()),
            config.topicPrefix(),
            deployment.inputPartitions(),
            () -> view.servesPartition(topicTimePartition),
            Clock.systemUTC());
    PipelineSettings settings = settings(config, deployment);
    Properties properties = new Properties();
    properties.putAll(
        config.streamsSettings(deployment.generation(), deployment.replicationFactor()));
    streams = new KafkaStreams(new PipelineTopology(settings).get(), properties);
    streams.setUncaughtExceptionHandler(this::onFailure);
    health =
        new ProcessorHealth(streams, view, heartbeats, offsets, config.stall(), System::nanoTime);
    collector =
        new SeriesCollector(
            view,
            new ServeSettings(
                settings.metrics(),
                MetricCatalog.websocketConnections(),
                config.topicPrefix(),
                deployment.inputPartitions(),
                deployment.metricsPartitions(),
                config.lateGrace()),
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
                config.rules(), () -> new MetricCatalog(config.topicPrefix()), catchUp),
            offsets,
            System::nanoTime,
            config.commitInterval()),
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

  void start() {
    streams.start();
    var unused =
        watchers.scheduleWithFixedDelay(
            () -> heartbeats.look(streams.metrics()), 0, HEARTBEAT_LOOK_MS, TimeUnit.MILLISECONDS);
    unused =
        watchers.scheduleWithFixedDelay(
            this::lookAtOffsets, 0, OFFSET_LOOK_MS, TimeUnit.MILLISECONDS);
    unused =
        watchers.scheduleWithFixedDelay(
            this::lookAtLedgers, 0, HEARTBEAT_LOOK_MS, TimeUnit.MILLISECONDS);
  }

  private void lookAtOffsets() {
    try {
      offsets.look();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      LOG.debug("The broker did not say how far the input topics are read: {}", e.toString());
    }
    health.look();
  }

  private void lookAtLedgers() {
    try {
      catchUp.look();
    } catch (KafkaException e) {
      LOG.debug("The ledgers of this generation cannot be read yet: {}", e.toString());
    }
  }

  private StreamThreadExceptionResponse onFailure(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IncompatibleMetricException
          || cause instanceof CorruptRecordException
          || cause instanceof BrokenInvariantException
          || cause instanceof Error) {
        LOG.error("Stopped, because going on could serve wrong numbers", failure);
        failed.completeExceptionally(cause);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
      }
    }
    LOG.error(
        "A stream thread failed and is replaced; its work goes on from the last commit", failure);
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  /** Completes, with the cause, when the pipeline has stopped for good by itself. */
  CompletableFuture<Void> failed() {
    return failed;
  }

  /** What it counts into and serves. */
  Generation generation() {
    return generation;
  }

  MetricSnapshots collectSeries(Predicate<String> includedNames) {
    return collector.collect(includedNames);
  }

  int openSeries() {
    return view.openSeries();
  }

  ProcessorHealth health() {
    return health;
  }

  String state() {
    return streams.state().name();
  }

  Map<MetricName, ? extends Metric> clientMetrics() {
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
        catchUp.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    admin.close(Duration.ZERO);
  }
}
