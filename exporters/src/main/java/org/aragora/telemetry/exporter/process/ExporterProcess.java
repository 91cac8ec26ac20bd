package org.aragora.telemetry.exporter.process;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.aragora.telemetry.chassis.log.ServiceLogging;
import org.aragora.telemetry.exporter.backend.Backend;
import org.aragora.telemetry.exporter.backend.Converter;
import org.aragora.telemetry.exporter.deadletter.DeadLetterTopic;
import org.aragora.telemetry.exporter.health.ExporterHealth;
import org.aragora.telemetry.exporter.health.ExporterMetrics;
import org.aragora.telemetry.exporter.loop.ExportLoop;
import org.aragora.telemetry.exporter.loop.KafkaClients;
import org.aragora.telemetry.exporter.loop.LoopContext;
import org.aragora.telemetry.exporter.loop.LoopSettings;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.kafka.KafkaClientSettings;
import org.aragora.telemetry.schemas.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One exporter with its clients, its metrics and its health, from the environment: what the mains
 * run and what a program that holds several exporters embeds.
 *
 * <pre>{@code
 * try (ExporterProcess process = ExporterProcess.start(definition, environment)) {
 *   process.awaitEnd();
 * }
 * }</pre>
 */
public final class ExporterProcess implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ExporterProcess.class);
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final ExportLoop<?> loop;
  private final Thread thread;
  private final ExporterServer server;
  private final Backend<?> backend;
  private final DeadLetterTopic deadLetters;
  private final Duration drain;

  /**
   * What tells one exporter from another.
   *
   * @param <P> what one record becomes
   * @param name {@code spans} or {@code logs}
   * @param declared every setting that it reads
   * @param groupId from the settings
   * @param loop from the settings
   * @param converter from the settings
   * @param backend from the settings, made last
   */
  public record Definition<P>(
      String name,
      ConfigDef declared,
      Function<Settings, String> groupId,
      Function<Settings, LoopSettings> loop,
      Function<Settings, Converter<P>> converter,
      Function<Settings, Backend<P>> backend) {}

  private <P> ExporterProcess(
      Definition<P> definition, Settings settings, Map<String, String> environment) {
    LoopSettings bounds = definition.loop().apply(settings);
    drain = bounds.drain();
    String groupId = definition.groupId().apply(settings);
    String prefix = settings.text(Topics.PREFIX_VARIABLE);
    Converter<P> converter = definition.converter().apply(settings);
    Map<String, Object> consumerConfig = consumerConfig(environment, definition.name());
    Map<String, Object> producerConfig = producerConfig(environment, definition.name());
    PrometheusRegistry registry = new PrometheusRegistry();
    Clock clock = Clock.systemUTC();
    ExporterHealth health = new ExporterHealth(bounds.progressTimeout());
    ExporterMetrics metrics =
        new ExporterMetrics(definition.name(), bounds.topics(), registry, clock);
    Backend<P> target = definition.backend().apply(settings);
    server =
        new ExporterServer(
            settings.text(ExporterSettings.METRICS_HOST),
            settings.integer(ExporterSettings.METRICS_PORT),
            registry,
            health);
    backend = target;
    try {
      Producer<byte[], byte[]> producer = new KafkaProducer<>(producerConfig);
      deadLetters =
          new DeadLetterTopic(
              producer, Topics.EXPORT_DEAD_LETTERS.under(prefix), definition.name());
      loop =
          new ExportLoop<>(
              new LoopContext(
                  bounds,
                  new KafkaClients(
                      groupConsumer(consumerConfig, groupId),
                      () -> new KafkaConsumer<>(consumerConfig),
                      deadLetters),
                  metrics,
                  health),
              converter,
              target);
    } catch (KafkaException unusable) {
      server.close();
      target.close();
      throw new InvalidSettingException(
          "The Kafka clients could not be made from the KAFKA_ settings: " + causes(unusable));
    }
    thread = new Thread(loop, definition.name() + "-exporter");
    LOG.info(
        "Exporting {} of {} as group {}; metrics and health on port {}.",
        definition.name(),
        bounds.topics(),
        groupId,
        server.port());
  }

  /**
   * Starts one.
   *
   * @throws InvalidSettingException in one sentence that names what is wrong with the environment
   */
  public static <P> ExporterProcess start(
      Definition<P> definition, Map<String, String> environment) {
    Settings settings = Settings.read(definition.declared(), environment);
    ExporterProcess process = new ExporterProcess(definition, settings, environment);
    process.thread.start();
    return process;
  }

  /** Runs one until it is told to stop; gives the process's exit code. */
  public static <P> int main(
      Definition<P> definition, Map<String, String> environment, String[] arguments) {
    if (arguments.length > 0) {
      boolean help = Set.of("--help", "-h").contains(arguments[0]);
      System.out.println(
          help
              ? Help.text(definition)
              : "It takes no arguments but --help; settings come from the environment.");
      return help ? 0 : 2;
    }
    try {
      Settings settings = Settings.read(definition.declared(), environment);
      ServiceLogging.configure(
          Map.of(
              "LOG_LEVEL", settings.text(ExporterSettings.LOG_LEVEL),
              "LOG_FORMAT", settings.word(ExporterSettings.LOG_FORMAT),
              "LOG_OUTPUT", settings.text(ExporterSettings.LOG_OUTPUT)));
      ExporterProcess process = start(definition, environment);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> process.halt(), "drain"));
      process.thread.join();
      return process.loop.failure() == null ? 0 : 1;
    } catch (InvalidSettingException refused) {
      System.err.println(refused.getMessage());
      return 2;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  /** Drains on SIGTERM; a stop in good order is a success. */
  private void halt() {
    close();
    Runtime.getRuntime().halt(loop.failure() == null && !thread.isAlive() ? 0 : 1);
  }

  /** Port of {@code /metrics}. */
  public int metricsPort() {
    return server.port();
  }

  /** Stops reading, waits for the answers, commits, leaves the group. */
  @Override
  public void close() {
    loop.stop();
    try {
      if (!loop.awaitEnd(drain.plus(GRACE))) {
        LOG.warn("The exporter did not end in time; what was not committed will be sent again.");
      }
      thread.join(GRACE.toMillis());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    backend.close();
    deadLetters.close();
    server.close();
  }

  private static String causes(KafkaException failure) {
    Throwable cause = failure.getCause();
    return failure.getMessage() + (cause == null ? "." : ": " + cause.getMessage());
  }

  private static Map<String, Object> consumerConfig(
      Map<String, String> environment, String exporter) {
    KafkaClientSettings given =
        KafkaClientSettings.read(environment, ConsumerConfig.configNames(), Set.of());
    given.warnings().forEach(LOG::warn);
    Map<String, Object> config = new HashMap<>();
    config.put(CommonClientConfigs.CLIENT_ID_CONFIG, "aragora-" + exporter);
    config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 << 20);
    config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);
    config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2000);
    config.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1 << 20);
    config.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, 30_000);
    config.putAll(given.values());
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return config;
  }

  private static Consumer<byte[], byte[]> groupConsumer(Map<String, Object> base, String groupId) {
    Map<String, Object> config = new HashMap<>(base);
    config.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
    if (!"consumer"
        .equalsIgnoreCase(String.valueOf(base.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG)))) {
      config.putIfAbsent(
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          CooperativeStickyAssignor.class.getName());
    }
    return new KafkaConsumer<>(config);
  }

  private static Map<String, Object> producerConfig(
      Map<String, String> environment, String exporter) {
    KafkaClientSettings given =
        KafkaClientSettings.read(environment, ProducerConfig.configNames(), Set.of());
    Map<String, Object> config = new HashMap<>();
    config.put(CommonClientConfigs.CLIENT_ID_CONFIG, "aragora-" + exporter + "-dead-letters");
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 9 << 20);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5000);
    config.putAll(given.values());
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    return config;
  }
}
