package org.aragora.telemetry.processor;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.aragora.telemetry.schemas.config.InvalidSettingException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service: serves {@code /metrics} and health from the start, waits for a broker as long as it
 * takes, then counts until it is closed.
 *
 * <pre>{@code
 * try (Processor processor = Processor.start(ProcessorConfig.read(System.getenv()))) {
 *   processor.stopped().join();
 * }
 * }</pre>
 *
 * Thread-safe.
 */
public final class Processor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Processor.class);
  private static final long RETRY_MS = 2000;

  private final ProcessorConfig config;
  private final HttpEndpoints http;
  private final Thread starter;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private volatile @Nullable Pipeline pipeline;
  private volatile String waitingFor;
  private volatile boolean closing;

  @SuppressWarnings("this-escape") // the class is final; the listeners only see finished fields
  private Processor(ProcessorConfig config) {
    this.config = config;
    this.waitingFor = "connecting to Kafka at " + config.bootstrapServers();
    PrometheusRegistry registry = new PrometheusRegistry();
    MultiCollector series = this::collectSeries;
    registry.register(series);
    registry.register(new ProcessMetrics(this::state, this::openSeries, this::clientMetrics));
    this.http = new HttpEndpoints(config, registry, this::live, this::ready);
    this.starter = new Thread(this::connect, "aragora-start");
    starter.setDaemon(true);
  }

  /**
   * Starts the service. Returns at once; whether it is ready is for {@code /health/ready} to say.
   *
   * @throws InvalidSettingException where it cannot start with these settings
   */
  public static Processor start(ProcessorConfig config) {
    Processor processor = new Processor(config);
    config.warnings().forEach(LOG::warn);
    LOG.info("Serving /metrics on {}:{}", config.metricsHost(), processor.metricsPort());
    processor.starter.start();
    return processor;
  }

  /** Port of {@code /metrics}, also where the settings left the choice to the system. */
  public int metricsPort() {
    return http.port();
  }

  /** Completes when the service has been closed, or exceptionally when it has failed for good. */
  public CompletableFuture<Void> stopped() {
    return stopped;
  }

  private void connect() {
    try {
      while (!closing && pipeline == null) {
        tryToConnect();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      stopped.completeExceptionally(e);
    }
  }

  private void tryToConnect() throws InterruptedException {
    Map<String, Object> settings = config.clientSettings();
    settings.put(AdminClientConfig.CLIENT_ID_CONFIG, config.applicationId() + "-admin");
    Admin admin = null;
    try {
      admin = Admin.create(settings);
      Deployment deployment = Deployment.prepare(admin, config);
      Pipeline started = new Pipeline(config, deployment, admin);
      var unused = started.failed().whenComplete((nothing, cause) -> fail(cause));
      pipeline = started;
      started.start();
      LOG.info(
          "Counting {}* at {} as {}",
          config.topicPrefix(),
          config.bootstrapServers(),
          config.applicationId());
    } catch (ExecutionException | KafkaException e) {
      Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
      if (admin != null) {
        admin.close(java.time.Duration.ZERO);
      }
      String reason =
          "no answer from Kafka at %s yet (%s); trying again"
              .formatted(config.bootstrapServers(), cause == null ? e : cause.getMessage());
      if (!reason.equals(waitingFor)) {
        LOG.warn("Waiting: {}", reason);
      }
      waitingFor = reason;
      TimeUnit.MILLISECONDS.sleep(RETRY_MS);
    }
  }

  private void fail(@Nullable Throwable cause) {
    if (cause != null) {
      stopped.completeExceptionally(cause);
    }
  }

  private MetricSnapshots collectSeries() {
    Pipeline running = pipeline;
    return running == null || closing ? MetricSnapshots.of() : running.collectSeries();
  }

  private String state() {
    Pipeline running = pipeline;
    return running == null ? "CONNECTING" : running.state();
  }

  private Integer openSeries() {
    Pipeline running = pipeline;
    return running == null ? 0 : running.openSeries();
  }

  private Map<org.apache.kafka.common.MetricName, ? extends org.apache.kafka.common.Metric>
      clientMetrics() {
    Pipeline running = pipeline;
    return running == null ? Map.of() : running.clientMetrics();
  }

  private Health live() {
    Pipeline running = pipeline;
    return running == null ? Health.good(waitingFor) : running.health().live();
  }

  private Health ready() {
    Pipeline running = pipeline;
    if (closing) {
      return Health.bad("stopping");
    }
    return running == null ? Health.bad(waitingFor) : running.health().ready();
  }

  /** Commits, leaves the group and stops; what was read counts, the rest is left to others. */
  @Override
  public void close() {
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
    }
    starter.interrupt();
    try {
      starter.join(RETRY_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Pipeline running = pipeline;
    if (running != null) {
      running.close();
    }
    http.close();
    LOG.info("Stopped");
    stopped.complete(null);
  }
}
