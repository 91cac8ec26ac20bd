package org.aragora.telemetry.exporter.process;

import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.chassis.main.RunningService;
import org.aragora.telemetry.chassis.page.StatusPage;
import org.aragora.telemetry.chassis.redact.RedactionSettings;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.topics.ClientStart;
import org.aragora.telemetry.chassis.topics.TopicSettings;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.exporter.deadletter.DeadLetterTopic;
import org.aragora.telemetry.exporter.health.ExporterHealth;
import org.aragora.telemetry.exporter.health.ExporterMetrics;
import org.aragora.telemetry.exporter.loop.ExportLoop;
import org.aragora.telemetry.exporter.loop.KafkaClients;
import org.aragora.telemetry.exporter.loop.LoopContext;
import org.aragora.telemetry.exporter.loop.LoopSettings;
import org.aragora.telemetry.exporter.page.ExporterPage;
import org.aragora.telemetry.exporter.partition.EndOffsets;
import org.aragora.telemetry.exporter.partition.RecreatedTopics;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.aragora.telemetry.schemas.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running exporter with its clients, metrics and health. The mains run one; a program may embed
 * several.
 *
 * <pre>{@code
 * try (ExporterProcess process = ExporterProcess.start(SpansMain.definition(), environment)) {
 *   process.stopped().join();
 * }
 * }</pre>
 */
public final class ExporterProcess implements RunningService {

  private static final Logger LOG = LoggerFactory.getLogger(ExporterProcess.class);
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final ExportLoop<?> loop;
  private final StatusServer server;
  private final Backend<?> backend;
  private final DeadLetterTopic deadLetters;
  private final Duration drain;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Definition of an exporter.
   *
   * @param <P> payload of one record
   * @param name {@code spans} or {@code logs}
   * @param topics the topics that it reads
   * @param own its settings beside {@link ExporterSettings}
   * @param converter creates the converter
   * @param backend creates the backend, after everything else has been checked
   */
  public record Definition<P>(
      String name,
      List<InputTopic> topics,
      OwnSettings own,
      Function<Settings, Converter<P>> converter,
      Function<Settings, Backend<P>> backend) {

    /** All settings of the exporter. */
    public List<Setting<?>> settings() {
      return ExporterSettings.and(own.all());
    }

    /** Reads the settings of the loop. */
    public LoopSettings loop(Settings settings) {
      return ExporterSettings.loop(settings, this);
    }

    Setting<Duration> timeout() {
      return own.timeout();
    }
  }

  /**
   * Settings that only one exporter has.
   *
   * @param all these three and all others
   * @param timeout time until a request without an answer fails
   */
  public record OwnSettings(
      List<Setting<?>> all,
      Setting<Integer> port,
      Setting<String> groupId,
      Setting<Duration> timeout) {}

  private <P> ExporterProcess(Definition<P> definition, Settings settings) {
    LoopSettings bounds = definition.loop(settings);
    drain = bounds.drain();
    String groupId = settings.get(definition.own().groupId());
    Converter<P> converter = definition.converter().apply(settings);
    KafkaClientFactory kafka = new KafkaClientFactory(settings, definition.name());
    PrometheusRegistry registry = new PrometheusRegistry();
    JvmMetrics.builder().register(registry);
    ExporterHealth health = new ExporterHealth(bounds.progressTimeout());
    ExporterMetrics metrics =
        new ExporterMetrics(definition.name(), bounds.topics(), registry, Clock.systemUTC());
    Backend<P> target = definition.backend().apply(settings);
    backend = target;
    server =
        StatusServer.start(
            StatusServer.Address.of(settings, definition.own().port()),
            registry,
            health::live,
            health::ready,
            settings.get(StatusPage.ENABLED)
                ? StatusPage.ofExporter(
                    new ExporterPage(definition.name(), groupId, health, metrics::figures))
                : Map.of());
    try {
      String topic = Topics.EXPORT_DEAD_LETTERS.under(settings.get(TopicSettings.PREFIX));
      deadLetters =
          new DeadLetterTopic(
              open(kafka::producer, health),
              topic,
              definition.name(),
              RedactionSettings.ofDeadLetters(settings));
      Admin admin = open(kafka::admin, health);
      KafkaClients clients =
          new KafkaClients(
              open(() -> kafka.member(groupId), health),
              kafka::consumer,
              EndOffsets.of(admin),
              RecreatedTopics.of(admin),
              deadLetters);
      loop = new ExportLoop<>(new LoopContext(bounds, clients, metrics, health), converter, target);
    } catch (InvalidSettingException | KafkaException e) {
      server.close();
      target.close();
      throw e;
    }
    LOG.info(
        "Exporting {} of {} as group {}; metrics and health on port {}.",
        definition.name(),
        bounds.topics(),
        groupId,
        server.port());
  }

  private static <C> C open(Supplier<C> client, ExporterHealth health) {
    return ClientStart.open(
        client,
        sentence -> {
          health.onIteration(false);
          health.onGroupContact(sentence);
        });
  }

  /**
   * Starts an exporter.
   *
   * @throws InvalidSettingException in one sentence that names the variable
   */
  public static <P> ExporterProcess start(
      Definition<P> definition, Map<String, String> environment) {
    return start(definition, Settings.read(definition.settings(), environment));
  }

  /**
   * Starts an exporter.
   *
   * @throws InvalidSettingException in one sentence that names the variable
   */
  public static <P> ExporterProcess start(Definition<P> definition, Settings settings) {
    ExporterProcess process = new ExporterProcess(definition, settings);
    new Thread(process.loop, definition.name() + "-exporter").start();
    return process;
  }

  /** Port of {@code /metrics}. */
  public int metricsPort() {
    return server.port();
  }

  @Override
  public CompletableFuture<Void> stopped() {
    return loop.ended();
  }

  /** Stops reading, waits for the answers, commits, and leaves the group. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    loop.stop();
    try {
      loop.ended().get(drain.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("The exporter did not end in time; uncommitted records will be sent again.");
    } catch (ExecutionException e) {
      LOG.debug("The exporter had failed before it was closed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    backend.close();
    deadLetters.close();
    server.close();
  }
}
