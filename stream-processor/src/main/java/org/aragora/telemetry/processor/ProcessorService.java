package org.aragora.telemetry.processor;

import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.aragora.telemetry.chassis.http.Health;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.chassis.main.RunningService;
import org.aragora.telemetry.chassis.page.StatusPage;
import org.aragora.telemetry.processor.generation.GenerationPipeline;
import org.aragora.telemetry.processor.generation.GenerationSupervisor;
import org.aragora.telemetry.processor.page.ProcessorPage;
import org.aragora.telemetry.processor.recent.RecentRecords;
import org.aragora.telemetry.processor.recent.TopicEnds;
import org.aragora.telemetry.processor.settings.ProcessorConfig;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.eclipse.jetty.server.Handler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service. Serves {@code /metrics}, the page and health from the start, waits for a broker
 * without limit, then counts until it is closed.
 *
 * <pre>{@code
 * try (ProcessorService processor = ProcessorService.start(ProcessorConfig.read(System.getenv()))) {
 *   processor.stopped().join();
 * }
 * }</pre>
 *
 * Thread-safe.
 */
public final class ProcessorService implements RunningService {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessorService.class);

  private final StatusServer http;
  private final GenerationSupervisor supervisor;
  private final RecentRecords recent;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private volatile boolean closing;

  @SuppressWarnings("this-escape") // the class is final; the listeners only see finished fields
  private ProcessorService(ProcessorConfig config) {
    this.supervisor = new GenerationSupervisor(config, stopped);
    this.recent = new RecentRecords(() -> TopicEnds.open(config));
    PrometheusRegistry registry = new PrometheusRegistry();
    registry.register(new RunningSeries());
    registry.register(new ProcessMetrics(supervisor::pipeline));
    JvmMetrics.builder().register(registry);
    this.http =
        StatusServer.start(config.address(), registry, this::live, this::ready, page(config));
  }

  private Map<String, Handler> page(ProcessorConfig config) {
    if (!config.hasPage()) {
      return Map.of();
    }
    ProcessorPage.Identity identity =
        new ProcessorPage.Identity(
            ProcessMetrics.build("version"),
            ProcessMetrics.build("revision"),
            config.applicationId(),
            config.topicPrefix(),
            config.pageAddress().orElse(""));
    ProcessorPage page =
        new ProcessorPage(
            identity,
            config.pageExporters(),
            () -> closing ? null : supervisor.pipeline(),
            this::live,
            this::ready);
    return StatusPage.ofProcessor(page, page::own, recent::json, config.pageLinks());
  }

  /**
   * Starts the service and returns at once; {@code /health/ready} reports when it serves.
   *
   * @throws InvalidSettingException if it cannot start with these settings
   */
  public static ProcessorService start(ProcessorConfig config) {
    ProcessorService service = new ProcessorService(config);
    config.warnings().forEach(LOG::warn);
    LOG.info("Serving /metrics on {}:{}", config.address().host(), service.metricsPort());
    service.supervisor.start();
    return service;
  }

  /** Port of {@code /metrics}, even if the system chose it. */
  public int metricsPort() {
    return http.port();
  }

  @Override
  public CompletableFuture<Void> stopped() {
    return stopped;
  }

  private Health live() {
    GenerationPipeline running = supervisor.pipeline();
    if (running != null) {
      return running.health().live();
    }
    return supervisor.isDisplaced() || stopped.isCompletedExceptionally()
        ? Health.bad(supervisor.waitingFor())
        : Health.good(supervisor.waitingFor());
  }

  private Health ready() {
    GenerationPipeline running = supervisor.pipeline();
    if (closing) {
      return Health.bad("stopping");
    }
    if (running == null) {
      return Health.bad(supervisor.waitingFor());
    }
    Health health = running.health().ready();
    return health.ok() && !supervisor.isCertain()
        ? Health.bad("the broker does not report the current generation")
        : health;
  }

  /** Commits, leaves the group and stops; other instances count what was not read. */
  @Override
  public void close() {
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
    }
    supervisor.close();
    http.close();
    recent.close();
    LOG.info("Stopped");
    stopped.complete(null);
  }

  /** The series of the running pipeline. */
  private final class RunningSeries implements MultiCollector {
    @Override
    public MetricSnapshots collect() {
      return collect(name -> true);
    }

    @Override
    public MetricSnapshots collect(Predicate<String> includedNames) {
      GenerationPipeline running = supervisor.pipeline();
      return running == null || closing
          ? MetricSnapshots.of()
          : running.collectSeries(includedNames);
    }
  }
}
