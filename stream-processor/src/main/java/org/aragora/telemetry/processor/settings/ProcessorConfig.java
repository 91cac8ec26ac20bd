package org.aragora.telemetry.processor.settings;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.aragora.telemetry.chassis.door.DoorSettings;
import org.aragora.telemetry.chassis.http.StatusServer;
import org.aragora.telemetry.chassis.page.PageLinks;
import org.aragora.telemetry.chassis.page.StatusPage;
import org.aragora.telemetry.chassis.redact.RecordRedaction;
import org.aragora.telemetry.chassis.redact.RedactionSettings;
import org.aragora.telemetry.chassis.redact.Redactor;
import org.aragora.telemetry.chassis.settings.CountingSettings;
import org.aragora.telemetry.chassis.settings.Setting;
import org.aragora.telemetry.chassis.settings.Settings;
import org.aragora.telemetry.chassis.settings.Subject;
import org.aragora.telemetry.chassis.settings.TransactionBackoff;
import org.aragora.telemetry.chassis.topics.TopicSettings;
import org.aragora.telemetry.counting.flow.CountingRules;
import org.aragora.telemetry.counting.generation.Generation;
import org.aragora.telemetry.schemas.kafka.InvalidSettingException;
import org.aragora.telemetry.schemas.kafka.KafkaClientSettings;
import org.jspecify.annotations.Nullable;

/** Every setting of the processor, read once from the environment. Immutable. */
public final class ProcessorConfig {
  private static final Setting<Integer> STREAM_THREADS =
      Setting.integer("ARAGORA_TELEMETRY_STREAM_THREADS")
          .about(Subject.PROCESSING)
          .range(1, 64)
          .fallback(1)
          .doc("Threads that process; as many as the cores that are left for it.");

  private static final Setting<Integer> STANDBY_REPLICAS =
      Setting.integer("ARAGORA_TELEMETRY_STANDBY_REPLICAS")
          .about(Subject.PROCESSING)
          .range(0, 8)
          .fallback(0)
          .doc("Warm copies of the state of each task on other instances.");

  private static final Setting<String> GROUP_PROTOCOL =
      Setting.choice("ARAGORA_TELEMETRY_GROUP_PROTOCOL", "classic", "streams")
          .about(Subject.PROCESSING)
          .fallback("classic")
          .doc(
              "Rebalance protocol of the group. With `streams`, session timeout and standby"
                  + " replicas are settings of the group: they are set at the start where the"
                  + " brokers allow it, else those in force are used.");

  private static final Setting<Duration> COMMIT_INTERVAL =
      Setting.millis("ARAGORA_TELEMETRY_COMMIT_INTERVAL_MS")
          .about(Subject.PROCESSING)
          .range(50, 5000)
          .fallback(1000)
          .doc("Time between two commits of values, and the least age of what is served.");

  private static final Setting<Duration> SESSION_TIMEOUT =
      Setting.millis("ARAGORA_TELEMETRY_SESSION_TIMEOUT_MS")
          .about(Subject.PROCESSING)
          .range(2000, 300_000)
          .fallback(10_000)
          .doc("Time without a heartbeat after which another instance takes over.");

  private static final Setting<Duration> TRANSACTION_TIMEOUT =
      Setting.millis("ARAGORA_TELEMETRY_TRANSACTION_TIMEOUT_MS")
          .about(Subject.PROCESSING)
          .range(6000, 300_000)
          .fallback(10_000)
          .doc("Time after which the broker aborts the transaction of a killed instance.");

  private static final Setting<Long> CACHE_MAX_BYTES =
      Setting.number("ARAGORA_TELEMETRY_CACHE_MAX_BYTES")
          .about(Subject.PROCESSING)
          .atLeast(0)
          .fallback(64L * 1024 * 1024)
          .doc("Without effect: changes between two commits wait in the state itself.");

  private static final Setting<Boolean> CREATE_TOPICS =
      Setting.flag("ARAGORA_TELEMETRY_CREATE_TOPICS")
          .about(Subject.TOPICS)
          .fallback("true")
          .doc("Creation of missing topics at the start.");

  private static final Setting<Integer> PARTITIONS =
      Setting.integer("ARAGORA_TELEMETRY_PARTITIONS")
          .about(Subject.TOPICS)
          .range(1, 10_000)
          .fallback(12)
          .doc("Partitions of the topics that are created.");

  private static final Setting<Duration> STALL =
      Setting.seconds("ARAGORA_TELEMETRY_STALL_SECONDS")
          .about(Subject.PROCESSING)
          .range(5, 3600)
          .fallback(60)
          .doc("Time without progress, though there is work, after which readiness fails.");

  private static final Setting<Boolean> NATIVE_HISTOGRAMS =
      Setting.flag("ARAGORA_TELEMETRY_NATIVE_HISTOGRAMS")
          .about(Subject.SERVER)
          .fallback("false")
          .doc(
              "Native histograms beside the classic ones, in protobuf only. Set"
                  + " `always_scrape_classic_histograms` in Prometheus first: without it Prometheus"
                  + " drops the classic ones, which the dashboards and alerts read.");

  private static final Setting<String> PAGE_ADDRESS =
      Setting.text("ARAGORA_TELEMETRY_PAGE_ADDRESS")
          .about(Subject.SERVER)
          .map(ProcessorConfig::hostAndPort)
          .doc(
              "Address of this processor's page for the other processors, such as"
                  + " `10.0.0.7:9090`; each page with it shows the figures of all.");

  private static final Setting<Integer> METRICS_PORT = StatusServer.port(9090);

  /** Every setting of the processor, except those of the log. */
  public static final List<Setting<?>> SETTINGS = settings();

  private static List<Setting<?>> settings() {
    List<Setting<?>> settings = new ArrayList<>(RedactionSettings.ALL);
    settings.addAll(
        List.of(
            TopicSettings.PREFIX,
            CountingSettings.APPLICATION_ID,
            STREAM_THREADS,
            STANDBY_REPLICAS,
            GROUP_PROTOCOL,
            COMMIT_INTERVAL,
            SESSION_TIMEOUT,
            TRANSACTION_TIMEOUT,
            CACHE_MAX_BYTES,
            CountingSettings.MAX_CLOCK_SKEW,
            CountingSettings.LATE_GRACE,
            CountingSettings.DEBATE_DEADLINE,
            CountingSettings.BIRTH,
            CountingSettings.SERIES_LIMIT,
            CountingSettings.RUN_LIMIT,
            CountingSettings.SERIES_RETENTION,
            CREATE_TOPICS,
            PARTITIONS,
            STALL,
            StatusServer.HOST,
            DoorSettings.FILE,
            DoorSettings.HEALTH_EXEMPT,
            METRICS_PORT,
            NATIVE_HISTOGRAMS,
            StatusPage.ENABLED,
            PAGE_ADDRESS,
            PageExporters.SETTING));
    settings.addAll(PageLinks.ALL);
    return List.copyOf(settings);
  }

  /** State is small, so a new instance warms its whole share within one probing interval. */
  private static final int WARMUP_REPLICAS = 100;

  private static final int MAX_REQUEST_BYTES = 10 * 1024 * 1024;
  private final Settings settings;
  private final KafkaClientSettings kafka;
  private final Map<String, Object> streamsOverrides;
  private final Duration sessionTimeout;

  private ProcessorConfig(
      Settings settings,
      KafkaClientSettings kafka,
      Map<String, Object> streamsOverrides,
      Duration sessionTimeout) {
    this.settings = settings;
    this.kafka = kafka;
    this.sessionTimeout = sessionTimeout;
    this.streamsOverrides = Map.copyOf(streamsOverrides);
  }

  private static String hostAndPort(String text) {
    if (!text.matches("[A-Za-z0-9._-]+:[0-9]{1,5}|\\[[0-9A-Fa-f:.%]+\\]:[0-9]{1,5}")) {
      throw new IllegalArgumentException("it must be host:port");
    }
    return text;
  }

  /** For the self-test of the chaos harness, which breaks a guarantee and must then fail. */
  public ProcessorConfig withStreamsOverrides(Map<String, Object> overrides) {
    return new ProcessorConfig(settings, kafka, overrides, sessionTimeout);
  }

  /** Replaces the session timeout by that which the brokers have in force for the group. */
  public ProcessorConfig withSessionTimeout(Duration inForce) {
    return new ProcessorConfig(settings, kafka, streamsOverrides, inForce);
  }

  /**
   * Reads an environment.
   *
   * @throws InvalidSettingException if a variable is bad or unknown; the message names it
   */
  public static ProcessorConfig read(Map<String, String> environment) {
    return of(Settings.read(SETTINGS, environment));
  }

  /**
   * Reads settings.
   *
   * @param settings with all of {@link #SETTINGS} declared
   * @throws InvalidSettingException if a setting of a Kafka client is refused; the message names it
   */
  public static ProcessorConfig of(Settings settings) {
    Set<String> clientSettings = new HashSet<>(ConsumerConfig.configNames());
    clientSettings.addAll(ProducerConfig.configNames());
    clientSettings.addAll(AdminClientConfig.configNames());
    return new ProcessorConfig(
        settings,
        settings.kafka(clientSettings, CountingSettings.REFUSED_CLIENT_SETTINGS),
        Map.of(),
        settings.get(SESSION_TIMEOUT));
  }

  /** Settings of every Kafka client, by Kafka's names. */
  public Map<String, Object> clientSettings() {
    return new HashMap<>(kafka.values());
  }

  /** Warnings to log once at the start. */
  public List<String> warnings() {
    return kafka.warnings();
  }

  /** Addresses of the brokers. */
  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /**
   * Settings of Kafka Streams.
   *
   * @param generation the generation that it counts into
   * @param replicationFactor copies of each changelog partition, -1 for the broker's default
   */
  public Map<String, Object> streamsSettings(Generation generation, int replicationFactor) {
    Map<String, Object> streams = clientSettings();
    streams.put(StreamsConfig.APPLICATION_ID_CONFIG, generation.applicationId(applicationId()));
    streams.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    streams.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.get(STREAM_THREADS));
    streams.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, unaskedCommitMs());
    streams.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, replicationFactor);
    streams.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    // There is no global store; without it every start logs a warning.
    streams.put("processing.exception.handler.global.enabled", true);
    if (replicationFactor >= 3) {
      streams.put(StreamsConfig.topicPrefix("min.insync.replicas"), "2");
    }
    streams.put(
        StreamsConfig.GROUP_PROTOCOL_CONFIG, settings.get(GROUP_PROTOCOL).toUpperCase(Locale.ROOT));
    if (!usesStreamsProtocol()) {
      streams.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, standbyReplicas());
      streams.put(StreamsConfig.PROBING_REBALANCE_INTERVAL_MS_CONFIG, 60_000L);
      streams.put(StreamsConfig.MAX_WARMUP_REPLICAS_CONFIG, WARMUP_REPLICAS);
      streams.put(
          StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
          (int) sessionTimeout().toMillis());
      streams.put(
          StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
          (int) heartbeatInterval().toMillis());
    }
    pageAddress()
        .ifPresent(address -> streams.put(StreamsConfig.APPLICATION_SERVER_CONFIG, address));
    streams.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    streams.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, pollRecords());
    streams.putIfAbsent(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1_048_576);
    streams.put(
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
        (int) settings.get(TRANSACTION_TIMEOUT).toMillis());
    streams.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), MAX_REQUEST_BYTES);
    TransactionBackoff.putInto(streams, StreamsConfig.PRODUCER_PREFIX);
    streams.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    streams.putAll(streamsOverrides);
    return streams;
  }

  /**
   * Records of one poll. Only the classic protocol lets our reader bound their bytes; with the
   * other, so many of the largest records may wait in the heap.
   */
  private int pollRecords() {
    return usesStreamsProtocol() ? 128 : 2000;
  }

  /** Prefix of the names of all topics. */
  public String topicPrefix() {
    return settings.get(TopicSettings.PREFIX);
  }

  /**
   * Milliseconds after which Kafka Streams commits unasked. Each write of values asks for a commit,
   * so this is for threads without such a task, and rarer.
   */
  private long unaskedCommitMs() {
    long asked = commitInterval().toMillis();
    return Math.max(asked, Math.min(2 * asked, settings.get(TRANSACTION_TIMEOUT).toMillis() / 2));
  }

  /** Consumer group of the service, and the prefix of its transactional ids. */
  public String applicationId() {
    return settings.get(CountingSettings.APPLICATION_ID);
  }

  /** Address of {@code /metrics} and health. */
  public StatusServer.Address address() {
    return StatusServer.Address.of(settings, METRICS_PORT);
  }

  /** Returns true if the page at {@code /} is served. */
  public boolean hasPage() {
    return settings.get(StatusPage.ENABLED);
  }

  /** Places that the page links to or shows. */
  public PageLinks pageLinks() {
    return PageLinks.of(settings);
  }

  /** Addresses of the exporters that the page shows; none if they have not been named. */
  public List<URI> pageExporters() {
    return settings.find(PageExporters.SETTING).orElse(List.of());
  }

  /** Returns true if histograms are served as native ones too. */
  public boolean nativeHistograms() {
    return settings.get(NATIVE_HISTOGRAMS);
  }

  /** Address of its page for the other processors; empty if it has not been named. */
  public Optional<String> pageAddress() {
    return settings.find(PAGE_ADDRESS);
  }

  public Duration commitInterval() {
    return settings.get(COMMIT_INTERVAL);
  }

  /** Time without a heartbeat after which the group gives the partitions of a member away. */
  public Duration sessionTimeout() {
    return sessionTimeout;
  }

  /**
   * Time without a poll after which a member leaves the group; Kafka's default unless it is set.
   */
  public Duration maxPollInterval() {
    Object set = kafka.values().get(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG);
    return set == null
        ? Duration.ofMinutes(5)
        : Duration.ofMillis(Long.parseLong(String.valueOf(set).trim()));
  }

  /** Time between two heartbeats of a member. */
  public Duration heartbeatInterval() {
    return Duration.ofMillis(Math.min(1000, sessionTimeout.toMillis() / 5));
  }

  /** Warm copies of the state of each task on other instances. */
  public int standbyReplicas() {
    return settings.get(STANDBY_REPLICAS);
  }

  /** Returns true if session and standby settings belong to the group and not to its members. */
  public boolean usesStreamsProtocol() {
    return settings.get(GROUP_PROTOCOL).equals("streams");
  }

  /** The rules by which a service with these settings counts. */
  public CountingRules rules() {
    return new CountingRules(
        settings.get(CountingSettings.MAX_CLOCK_SKEW),
        settings.get(CountingSettings.LATE_GRACE),
        settings.get(CountingSettings.DEBATE_DEADLINE),
        settings.get(CountingSettings.SERIES_LIMIT),
        settings.get(CountingSettings.RUN_LIMIT),
        settings.get(CountingSettings.SERIES_RETENTION),
        settings.get(CountingSettings.BIRTH),
        true,
        Redactor.ofLabels()::text);
  }

  /** Redaction of dead letters, null if they keep what was written. */
  public @Nullable RecordRedaction deadLetterRedaction() {
    return RedactionSettings.ofDeadLetters(settings);
  }

  public Duration stall() {
    return settings.get(STALL);
  }

  public boolean createTopics() {
    return settings.get(CREATE_TOPICS);
  }

  public int partitions() {
    return settings.get(PARTITIONS);
  }
}
