package org.aragora.telemetry.processor;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.streams.StreamsConfig;
import org.aragora.telemetry.chassis.settings.EnvironmentSettings;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.kafka.KafkaClientSettings;
import org.aragora.telemetry.schemas.topic.Topics;

/** Every setting of the processor, read once from the environment. Immutable. */
public final class ProcessorConfig {
  private static final int DEFAULT_METRICS_PORT = 9090;
  private static final int MAX_REQUEST_BYTES = 10 * 1024 * 1024;
  private static final Set<String> REFUSED =
      Set.of(
          CommonClientConfigs.GROUP_INSTANCE_ID_CONFIG,
          CommonClientConfigs.CLIENT_ID_CONFIG,
          CommonClientConfigs.SESSION_TIMEOUT_MS_CONFIG,
          CommonClientConfigs.HEARTBEAT_INTERVAL_MS_CONFIG,
          ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);

  /** The settings by their names without {@code ARAGORA_TELEMETRY_}. */
  static final ConfigDef DEFINITION =
      new ConfigDef()
          .define(
              "TOPIC_PREFIX",
              ConfigDef.Type.STRING,
              Topics.DEFAULT_PREFIX,
              HIGH,
              "What the names of all topics begin with.")
          .define(
              "APPLICATION_ID",
              ConfigDef.Type.STRING,
              "aragora-telemetry",
              new NonEmptyString(),
              HIGH,
              "Consumer group, prefix of transactional ids and of changelog topics.")
          .define(
              "STATE_DIR",
              ConfigDef.Type.STRING,
              Path.of(System.getProperty("java.io.tmpdir"), "aragora-telemetry").toString(),
              new NonEmptyString(),
              LOW,
              "Working directory of Kafka Streams. State lives in memory and in Kafka.")
          .define(
              "STREAM_THREADS",
              ConfigDef.Type.INT,
              1,
              between(1, 64),
              MEDIUM,
              "Threads that process; as many as the cores that are left for it.")
          .define(
              "STANDBY_REPLICAS",
              ConfigDef.Type.INT,
              0,
              between(0, 8),
              MEDIUM,
              "Warm copies of the state of each task on other instances.")
          .define(
              "GROUP_PROTOCOL",
              ConfigDef.Type.STRING,
              "classic",
              ValidString.in("classic", "streams"),
              LOW,
              "Rebalance protocol of the group.")
          .define(
              "COMMIT_INTERVAL_MS",
              ConfigDef.Type.INT,
              1000,
              between(50, 5000),
              MEDIUM,
              "How often values are written out and committed; the least age of what is served.")
          .define(
              "SESSION_TIMEOUT_MS",
              ConfigDef.Type.INT,
              10_000,
              between(2000, 300_000),
              MEDIUM,
              "After how long without heartbeat another instance takes over.")
          .define(
              "TRANSACTION_TIMEOUT_MS",
              ConfigDef.Type.INT,
              10_000,
              between(6000, 300_000),
              MEDIUM,
              "After how long the broker aborts the transaction of a killed instance.")
          .define(
              "CACHE_MAX_BYTES",
              ConfigDef.Type.LONG,
              64L * 1024 * 1024,
              between(0, Long.MAX_VALUE),
              LOW,
              "Memory for changes between two commits, over all threads.")
          .define(
              "MAX_CLOCK_SKEW_SECONDS",
              ConfigDef.Type.INT,
              60,
              between(0, 3600),
              MEDIUM,
              "Events further ahead of their append time count at append time.")
          .define(
              "LATE_GRACE_SECONDS",
              ConfigDef.Type.INT,
              300,
              between(0, 86_400),
              MEDIUM,
              "How far behind the newest event of its partition an event still counts in its window.")
          .define(
              "DEBATE_DEADLINE_SECONDS",
              ConfigDef.Type.INT,
              3600,
              between(1, 86_400),
              MEDIUM,
              "Timeout of a debate that gives none.")
          .define(
              "BIRTH_SECONDS",
              ConfigDef.Type.INT,
              20,
              between(0, 600),
              MEDIUM,
              "How long a new labelled series is served as 0; more than a scrape interval.")
          .define(
              "SERIES_LIMIT",
              ConfigDef.Type.INT,
              2000,
              between(1, 1_000_000),
              MEDIUM,
              "Series of one metric per input partition; the rest goes to 'other'.")
          .define(
              "CREATE_TOPICS",
              ConfigDef.Type.BOOLEAN,
              true,
              MEDIUM,
              "Whether topics that are missing are created at the start.")
          .define(
              "PARTITIONS",
              ConfigDef.Type.INT,
              12,
              between(1, 10_000),
              MEDIUM,
              "Partitions of the topics that are created.")
          .define(
              "METRICS_HOST",
              ConfigDef.Type.STRING,
              "0.0.0.0",
              new NonEmptyString(),
              LOW,
              "Address that /metrics and /health listen on.")
          .define(
              "STALL_SECONDS",
              ConfigDef.Type.INT,
              60,
              between(5, 3600),
              MEDIUM,
              "After how long without progress, though there is work, readiness fails.");

  private final AbstractConfig values;
  private final KafkaClientSettings kafka;
  private final int metricsPort;
  private final Map<String, Object> streamsOverrides;

  private ProcessorConfig(
      AbstractConfig values,
      KafkaClientSettings kafka,
      int metricsPort,
      Map<String, Object> streamsOverrides) {
    this.values = values;
    this.kafka = kafka;
    this.metricsPort = metricsPort;
    this.streamsOverrides = Map.copyOf(streamsOverrides);
  }

  /** For the chaos harness's self-test, which breaks a guarantee to see that it is noticed. */
  ProcessorConfig withStreamsOverrides(Map<String, Object> overrides) {
    return new ProcessorConfig(values, kafka, metricsPort, overrides);
  }

  /**
   * Reads an environment.
   *
   * @throws InvalidSettingException in one sentence that names the variable, where one is bad or
   *     unknown
   */
  public static ProcessorConfig read(Map<String, String> environment) {
    AbstractConfig values = EnvironmentSettings.read(DEFINITION, environment);
    Topics.prefix(environment);
    Set<String> clientSettings = new HashSet<>(ConsumerConfig.configNames());
    clientSettings.addAll(ProducerConfig.configNames());
    clientSettings.addAll(AdminClientConfig.configNames());
    KafkaClientSettings kafka = KafkaClientSettings.read(environment, clientSettings, REFUSED);
    return new ProcessorConfig(values, kafka, port(environment), Map.of());
  }

  private static int port(Map<String, String> environment) {
    String value = environment.getOrDefault("METRICS_PORT", String.valueOf(DEFAULT_METRICS_PORT));
    try {
      int port = Integer.parseInt(value.strip());
      if (port >= 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // The sentence below says it.
    }
    throw new InvalidSettingException(
        "METRICS_PORT=%s is refused: it must be a port, 0 to 65535".formatted(value));
  }

  /** Settings of every Kafka client, by Kafka's names. */
  public Map<String, Object> clientSettings() {
    return new HashMap<>(kafka.values());
  }

  /** Sentences to log once at the start. */
  public List<String> warnings() {
    return kafka.warnings();
  }

  /** Where the brokers are. */
  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /**
   * Settings of Kafka Streams.
   *
   * @param generation what it counts into
   * @param replicationFactor copies of each changelog partition, -1 for the broker's default
   */
  Map<String, Object> streamsSettings(Generation generation, int replicationFactor) {
    Map<String, Object> streams = clientSettings();
    streams.put(StreamsConfig.APPLICATION_ID_CONFIG, generation.applicationId(applicationId()));
    streams.put(StreamsConfig.STATE_DIR_CONFIG, values.getString("STATE_DIR"));
    streams.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    streams.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, values.getInt("STREAM_THREADS"));
    streams.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, values.getInt("COMMIT_INTERVAL_MS"));
    streams.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, values.getLong("CACHE_MAX_BYTES"));
    streams.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, replicationFactor);
    streams.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    // There is no global store; without it every start logs a warning.
    streams.put("processing.exception.handler.global.enabled", true);
    if (replicationFactor >= 3) {
      streams.put(StreamsConfig.topicPrefix("min.insync.replicas"), "2");
    }
    streams.put(
        StreamsConfig.GROUP_PROTOCOL_CONFIG,
        values.getString("GROUP_PROTOCOL").toUpperCase(Locale.ROOT));
    if (values.getString("GROUP_PROTOCOL").equals("classic")) {
      streams.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, values.getInt("STANDBY_REPLICAS"));
      streams.put(StreamsConfig.PROBING_REBALANCE_INTERVAL_MS_CONFIG, 60_000L);
      streams.put(
          StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
          values.getInt("SESSION_TIMEOUT_MS"));
      streams.put(
          StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
          Math.min(1000, values.getInt("SESSION_TIMEOUT_MS") / 5));
    }
    streams.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    streams.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2000);
    streams.putIfAbsent(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1_048_576);
    streams.put(
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
        values.getInt("TRANSACTION_TIMEOUT_MS"));
    streams.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), MAX_REQUEST_BYTES);
    streams.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    streams.putAll(streamsOverrides);
    return streams;
  }

  /** What the names of all topics begin with. */
  public String topicPrefix() {
    return values.getString("TOPIC_PREFIX");
  }

  /** Consumer group of the service, and what its transactional ids begin with. */
  public String applicationId() {
    return values.getString("APPLICATION_ID");
  }

  /** Port of {@code /metrics}; 0 picks a free one. */
  int metricsPort() {
    return metricsPort;
  }

  String metricsHost() {
    return values.getString("METRICS_HOST");
  }

  Duration commitInterval() {
    return Duration.ofMillis(values.getInt("COMMIT_INTERVAL_MS"));
  }

  Duration sessionTimeout() {
    return Duration.ofMillis(values.getInt("SESSION_TIMEOUT_MS"));
  }

  /** The rules by which a service with these settings counts. */
  public CountingRules rules() {
    return new CountingRules(
        maxClockSkew(), lateGrace(), debateDeadline(), seriesLimit(), birth(), true);
  }

  Duration maxClockSkew() {
    return seconds("MAX_CLOCK_SKEW_SECONDS");
  }

  Duration lateGrace() {
    return seconds("LATE_GRACE_SECONDS");
  }

  Duration debateDeadline() {
    return seconds("DEBATE_DEADLINE_SECONDS");
  }

  Duration birth() {
    return seconds("BIRTH_SECONDS");
  }

  Duration stall() {
    return seconds("STALL_SECONDS");
  }

  int seriesLimit() {
    return values.getInt("SERIES_LIMIT");
  }

  boolean createTopics() {
    return values.getBoolean("CREATE_TOPICS");
  }

  int partitions() {
    return values.getInt("PARTITIONS");
  }

  private Duration seconds(String name) {
    return Duration.ofSeconds(values.getInt(name));
  }
}
