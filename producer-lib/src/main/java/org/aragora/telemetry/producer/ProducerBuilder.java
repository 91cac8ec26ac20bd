package org.aragora.telemetry.producer;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.aragora.telemetry.producer.disk.Fsync;
import org.aragora.telemetry.producer.host.KafkaLoader;
import org.aragora.telemetry.producer.host.Libraries;
import org.aragora.telemetry.producer.lane.ProducerHandle;
import org.aragora.telemetry.producer.report.FailureReport;
import org.aragora.telemetry.producer.report.TelemetryListener;
import org.aragora.telemetry.producer.spool.Spool;
import org.aragora.telemetry.producer.stamp.Ids;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.topic.Topics;
import org.jspecify.annotations.Nullable;

/** Settings of a producer; each has a default but for the instance's id. Not thread-safe. */
public final class ProducerBuilder {
  private static final Pattern INSTANCE_ID = Pattern.compile("[A-Za-z0-9._~:@-]{1,128}");
  private static final Duration LEAST_HEARTBEAT = Duration.ofSeconds(Bounds.MIN_INTERVAL_SECONDS);
  private static final Duration LONGEST_HEARTBEAT = Duration.ofSeconds(Bounds.MAX_INTERVAL_SECONDS);
  private static final int LEAST_BYTES = 4 * 1024 * 1024;
  private static final int LEAST_SPOOL_BYTES = 16 * 1024 * 1024;

  private final String instanceId;
  private final Map<String, String> clientSettings = new HashMap<>();
  private String topicPrefix = Topics.DEFAULT_PREFIX;
  private Duration heartbeat = Duration.ofSeconds(10);
  private Duration emitWait = Duration.ZERO;
  private int maxEvents = 50_000;
  private long maxBytes = 16L * 1024 * 1024;
  private @Nullable Path spool;
  private long spoolBytes = 64L * 1024 * 1024;
  private Fsync fsync = Fsync.NEVER;
  private Clock clock = Clock.systemUTC();
  private TelemetryListener listener = new TelemetryListener() {};
  private @Nullable Supplier<Producer<byte[], byte[]>> client;

  ProducerBuilder(String instanceId) {
    this.instanceId = instanceId;
  }

  /** Addresses of the brokers; default {@code localhost:9092}. */
  public ProducerBuilder bootstrapServers(String servers) {
    return clientSetting(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
  }

  /**
   * A setting of Kafka's producer by its Kafka name, such as {@code sasl.jaas.config}. {@link
   * #build} refuses those that a guarantee rests on, such as {@code acks}.
   */
  public ProducerBuilder clientSetting(String name, String value) {
    clientSettings.put(name, value);
    return this;
  }

  /** Several settings of Kafka's producer. */
  public ProducerBuilder clientSettings(Map<String, String> settings) {
    clientSettings.putAll(settings);
    return this;
  }

  /** Prefix of the names of the topics; default {@code aragora.}. */
  public ProducerBuilder topicPrefix(String prefix) {
    this.topicPrefix = prefix;
    return this;
  }

  /**
   * Time between two heartbeats; default 10 s. After three of them without a heartbeat the instance
   * counts as silent. From 1 s to an hour. Zero: no heartbeats, and no instance.stopped.
   */
  public ProducerBuilder heartbeatInterval(Duration interval) {
    this.heartbeat = interval;
    return this;
  }

  /** Time that emit may wait for room in the queue; default zero, it never waits. */
  public ProducerBuilder emitWait(Duration wait) {
    this.emitWait = wait;
    return this;
  }

  /**
   * Bound of the events of a topic that are accepted and not acknowledged, in memory; default
   * 50,000 events and 16 MiB. Each topic has its own bound, so that a flood of logs costs no
   * debate.
   */
  public ProducerBuilder queue(int maxEvents, long maxBytes) {
    this.maxEvents = maxEvents;
    this.maxBytes = maxBytes;
    return this;
  }

  /**
   * Keeps accepted events on disk until they are acknowledged, instead of in memory. They survive a
   * long outage of the brokers and the death of this process. The next producer that opens the
   * directory sends them; several processes may share it. Emit then writes to the page cache; with
   * {@link #fsync} it waits for the disk.
   */
  public ProducerBuilder spool(Path directory) {
    this.spool = directory;
    return this;
  }

  /** Bound of each topic's bytes in the spool; default 64 MiB. */
  public ProducerBuilder spoolBytes(long bytes) {
    this.spoolBytes = bytes;
    return this;
  }

  /** Failures that an accepted event survives in the spool; default {@link Fsync#NEVER}. */
  public ProducerBuilder fsync(Fsync fsync) {
    this.fsync = fsync;
    return this;
  }

  /** Clock of the events' time; default the system's. */
  public ProducerBuilder clock(Clock clock) {
    this.clock = clock;
    return this;
  }

  /** Listener for failures; default none. */
  public ProducerBuilder listener(TelemetryListener listener) {
    this.listener = listener;
    return this;
  }

  /** For tests: another client. */
  ProducerBuilder client(Supplier<Producer<byte[], byte[]>> client) {
    this.client = client;
    return this;
  }

  /**
   * Starts the producer. Does not wait for a broker, nor for its name: events are kept until one
   * answers. A setting that the client refuses only when it starts, such as a missing key store, is
   * logged and reported to the listener.
   *
   * @throws IllegalArgumentException in one sentence, if a setting or a library cannot be used
   */
  public TelemetryProducer build() {
    return build(false);
  }

  /** For a command: the client is made at once, and what it refuses is thrown. */
  TelemetryProducer buildConnected() {
    return build(true);
  }

  private TelemetryProducer build(boolean connected) {
    try {
      Libraries.check();
      ClassLoader loader = KafkaLoader.choose();
      return KafkaLoader.call(loader, () -> start(loader, connected));
    } catch (LinkageError e) {
      throw new IllegalArgumentException(Libraries.describe(e), e);
    }
  }

  private TelemetryProducer start(ClassLoader loader, boolean connected) {
    ProducerSettings settings = settings();
    FailureReport report = new FailureReport(listener);
    ProducerHandle handle =
        ProducerHandle.create(
            client != null ? client : ClientConfig.factory(settings.kafka(), loader),
            String.valueOf(settings.kafka().get(ProducerConfig.CLIENT_ID_CONFIG)));
    if (connected) {
      ClientConfig.connect(handle, report);
    }
    Ids ids = Ids.create();
    try {
      return new TelemetryProducer(settings, handle, ids, report, openSpool(ids, report)).started();
    } catch (IOException e) {
      handle.close(Duration.ZERO);
      throw new IllegalArgumentException(
          "The spool directory " + spool + " cannot be used: " + FailureReport.reasonOf(e), e);
    }
  }

  private @Nullable Spool openSpool(Ids ids, FailureReport report) throws IOException {
    return spool == null
        ? null
        : Spool.open(spool, ids.epoch(), spoolBytes, fsync, report::noteOnce);
  }

  private ProducerSettings settings() {
    require(
        INSTANCE_ID.matcher(instanceId).matches(),
        "The instance id \"" + instanceId + "\" is not 1 to 128 letters, digits or ._~:@- signs.");
    require(
        heartbeat.isZero()
            || (heartbeat.compareTo(LEAST_HEARTBEAT) >= 0
                && heartbeat.compareTo(LONGEST_HEARTBEAT) <= 0),
        "The heartbeat interval must be zero or from 1 to 3600 seconds.");
    require(!emitWait.isNegative(), "The wait of emit cannot be negative.");
    require(
        maxEvents >= 1 && maxBytes >= LEAST_BYTES,
        "The queue cannot be below 1 event and " + LEAST_BYTES + " bytes.");
    require(
        spoolBytes >= LEAST_SPOOL_BYTES,
        "The spool cannot be below " + LEAST_SPOOL_BYTES + " bytes a topic.");
    Topics.checkPrefix(topicPrefix, "The topic prefix");
    Map<String, Object> kafka =
        ClientConfig.complete(clientSettings, "aragora-telemetry-" + instanceId);
    ClientConfig.check(kafka);
    return new ProducerSettings(
        instanceId, topicPrefix, kafka, heartbeat, emitWait, maxEvents, maxBytes, clock, listener);
  }

  private static void require(boolean condition, String sentence) {
    if (!condition) {
      throw new IllegalArgumentException(sentence);
    }
  }
}
