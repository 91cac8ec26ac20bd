package org.aragora.telemetry.processor;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.chassis.main.RunningService;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
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
public final class Processor implements RunningService {
  private static final Logger LOG = LoggerFactory.getLogger(Processor.class);

  private final StatusServer http;
  private final GenerationRunner runner;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private volatile boolean closing;

  @SuppressWarnings("this-escape") // the class is final; the listeners only see finished fields
  private Processor(ProcessorConfig config) {
    this.runner = new GenerationRunner(config);
    PrometheusRegistry registry = new PrometheusRegistry();
    registry.register(new RunningSeries());
    registry.register(new ProcessMetrics(this::state, this::openSeries, this::clientMetrics));
    this.http = StatusServer.start(config.address(), registry, this::live, this::ready);
    var unused = runner.failed().whenComplete((nothing, cause) -> fail(cause));
  }

  /**
   * Starts the service. Returns at once; whether it is ready is for {@code /health/ready} to say.
   *
   * @throws InvalidSettingException where it cannot start with these settings
   */
  public static Processor start(ProcessorConfig config) {
    Processor processor = new Processor(config);
    config.warnings().forEach(LOG::warn);
    LOG.info("Serving /metrics on {}:{}", config.address().host(), processor.metricsPort());
    processor.runner.start();
    return processor;
  }

  /** Port of {@code /metrics}, also where the settings left the choice to the system. */
  public int metricsPort() {
    return http.port();
  }

  @Override
  public CompletableFuture<Void> stopped() {
    return stopped;
  }

  private void fail(@Nullable Throwable cause) {
    if (cause != null) {
      stopped.completeExceptionally(cause);
    }
  }

  private String state() {
    Pipeline running = runner.pipeline();
    return running == null ? "CONNECTING" : running.state();
  }

  private Integer openSeries() {
    Pipeline running = runner.pipeline();
    return running == null ? 0 : running.openSeries();
  }

  private Map<org.apache.kafka.common.MetricName, ? extends org.apache.kafka.common.Metric>
      clientMetrics() {
    Pipeline running = runner.pipeline();
    return running == null ? Map.of() : running.clientMetrics();
  }

  private Health live() {
    Pipeline running = runner.pipeline();
    return running == null ? Health.good(runner.waitingFor()) : running.health().live();
  }

  private Health ready() {
    Pipeline running = runner.pipeline();
    if (closing) {
      return Health.bad("stopping");
    }
    if (running == null) {
      return Health.bad(runner.waitingFor());
    }
    return runner.isCertain()
        ? running.health().ready()
        : Health.bad("the generations topic does not say which generation is to be served");
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
    runner.close();
    http.close();
    LOG.info("Stopped");
    stopped.complete(null);
  }

  /** The series of the pipeline that runs now. */
  private final class RunningSeries implements MultiCollector {
    @Override
    public MetricSnapshots collect() {
      return collect(name -> true);
    }

    @Override
    public MetricSnapshots collect(Predicate<String> includedNames) {
      Pipeline running = runner.pipeline();
      return running == null || closing
          ? MetricSnapshots.of()
          : running.collectSeries(includedNames);
    }
  }
}
