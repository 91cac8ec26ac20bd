package org.aragora.telemetry.producer;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.aragora.telemetry.producer.lane.KafkaLink;
import org.aragora.telemetry.producer.spool.Fsync;
import org.aragora.telemetry.producer.spool.Spool;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.CallStatus;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateOutcome;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.EventType;
import org.aragora.telemetry.schemas.event.InputTopic;
import org.aragora.telemetry.schemas.event.InstanceHeartbeat;
import org.aragora.telemetry.schemas.event.InstanceStopped;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.LogLevel;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.event.WebsocketClosed;
import org.aragora.telemetry.schemas.event.WebsocketOpened;
import org.aragora.telemetry.schemas.topic.Topics;
import org.jspecify.annotations.Nullable;

/**
 * Writes an instance's events to Kafka and never hurts the instance: no method that emits throws,
 * whatever it is given, and none waits longer than {@link Builder#emitWait}, which is not at all
 * unless it is set. What cannot be kept is dropped and counted, per topic and reason, in {@link
 * #stats} and in the heartbeats that the producer sends by itself. Safe for use by any number of
 * threads; make one per instance and close it in the end.
 *
 * <pre>{@code
 * try (TelemetryProducer telemetry = TelemetryProducer.builder("api-7f9c").build()) {
 *   telemetry.debateStarted("d-1", List.of("claude", "gpt"));
 *   telemetry.debateCompleted("d-1", DebateOutcome.CONSENSUS, Duration.ofSeconds(95));
 * }
 * }</pre>
 *
 * <p>Every method that emits returns whether the event was accepted. An event carries the
 * OpenTelemetry span that is current on the calling thread, if there is one; {@link
 * #emit(EventData, EventContext)} takes another. Texts over 65,536 characters are cut.
 */
public final class TelemetryProducer implements AutoCloseable {
  private static final Duration CLOSE_BOUND = Duration.ofSeconds(10);
  private static final Duration RECOVER_EVERY = Duration.ofSeconds(2);

  private final ProducerSettings settings;
  private final Stamper stamper;
  private final Pipeline pipeline;
  private final Timer timer = new Timer();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile long websockets;

  private TelemetryProducer(
      ProducerSettings settings,
      KafkaLink link,
      Ids ids,
      FailureReport report,
      @Nullable Spool spool) {
    this.settings = settings;
    this.stamper = new Stamper(JsonEventCodec.create(), settings.clock(), ids, settings.source());
    this.pipeline = new Pipeline(settings, link, ids, report, spool);
  }

  private TelemetryProducer started() {
    pipeline.recover();
    timer.every(RECOVER_EVERY, pipeline::recover);
    if (hasHeartbeats()) {
      beat();
      timer.every(settings.heartbeat(), this::beat);
    }
    return this;
  }

  private boolean hasHeartbeats() {
    return !settings.heartbeat().isZero();
  }

  /**
   * A producer for one instance.
   *
   * @param instanceId id of the instance: letters, digits and {@code . _ ~ : @ -}
   */
  public static Builder builder(String instanceId) {
    return new Builder(instanceId);
  }

  /** A debate began. */
  public boolean debateStarted(String debateId, List<String> agents) {
    return emit(DebateStarted.of(debateId, agents));
  }

  /**
   * One round of a debate is over.
   *
   * @param round number of the round, 0 or more
   * @param duration how long the round took
   */
  public boolean roundCompleted(String debateId, long round, Duration duration) {
    return emit(RoundCompleted.of(debateId, round, duration));
  }

  /** A debate ended. The first end of a debate counts, later ones change nothing. */
  public boolean debateCompleted(String debateId, DebateOutcome outcome, Duration duration) {
    return emit(DebateCompleted.of(debateId, outcome, duration));
  }

  /** An agent's ELO rating changed. */
  public boolean eloUpdated(String agent, double rating) {
    return emit(EloUpdated.of(agent, rating));
  }

  /**
   * An HTTP request was answered.
   *
   * @param endpoint path or its template
   * @param status HTTP status, 100 to 599
   * @param duration time from the request to the answer
   */
  public boolean requestCompleted(
      String requestId, String method, String endpoint, int status, Duration duration) {
    return emit(RequestCompleted.of(requestId, method, endpoint, status, duration));
  }

  /**
   * A WebSocket connection was opened.
   *
   * @param connections connections of the instance after it; heartbeats carry the number too
   */
  public boolean websocketOpened(String connectionId, long connections) {
    websocketConnections(connections);
    return emit(WebsocketOpened.of(connectionId, connections));
  }

  /**
   * A WebSocket connection was closed.
   *
   * @param connections connections of the instance after it; heartbeats carry the number too
   */
  public boolean websocketClosed(String connectionId, long connections) {
    websocketConnections(connections);
    return emit(WebsocketClosed.of(connectionId, connections));
  }

  /** Sets the number of WebSocket connections that heartbeats carry, without an event. */
  public void websocketConnections(long connections) {
    websockets = Math.max(0, connections);
  }

  /** A call to an agent's API ended. */
  public boolean agentCallCompleted(
      String callId, String agent, CallStatus status, Duration duration) {
    return emit(AgentCallCompleted.of(callId, agent, status, duration));
  }

  /** The instance logged a line. */
  public boolean log(LogLevel level, String logger, String message) {
    return emit(LogEmitted.of(level, logger, message));
  }

  /**
   * Any event, with its optional fields if there are some, and the current span as its context.
   *
   * @return true if it was accepted; false for null too, which is not counted
   */
  public boolean emit(EventData data) {
    return emit(data, null);
  }

  /**
   * Any event with its own context instead of the current span.
   *
   * @param context trace and time; null for the current span and now
   * @return true if it was accepted; false for null too, which is not counted
   */
  @SuppressWarnings("ConstantValue") // hosts are not held to our annotations
  public boolean emit(EventData data, @Nullable EventContext context) {
    return data != null
        && pipeline.offer(
            EventType.of(data).topic(),
            () -> stamper.stamp(data, context == null ? EventContext.current() : context),
            !closed.get(),
            settings.emitWait().toNanos());
  }

  /** An event that somebody else has stamped, byte for byte; its key, if null, is its type's. */
  boolean emitAsIs(InputTopic topic, @Nullable String key, byte[] value) {
    return pipeline.offer(
        topic, () -> stamper.asIs(topic, key, value), !closed.get(), settings.emitWait().toNanos());
  }

  private void beat() {
    own(
        () ->
            new InstanceHeartbeat(
                settings.instanceId(),
                websockets,
                settings.heartbeat().toNanos(),
                pipeline.counts(TopicAccount::acknowledgedCount),
                pipeline.counts(TopicAccount::droppedCount)));
  }

  private void own(Supplier<EventData> data) {
    pipeline.offer(
        InputTopic.INSTANCES, () -> stamper.stamp(data.get(), EventContext.none()), true, 0);
  }

  /** What became of every event so far. */
  public ProducerStats stats() {
    return pipeline.stats();
  }

  /**
   * Waits until everything accepted so far is acknowledged or given up.
   *
   * @return whether it was within the bound; false also where the thread is interrupted, which
   *     stays set
   */
  public boolean flush(Duration bound) {
    return flushUntil(System.nanoTime() + bound.toNanos());
  }

  private boolean flushUntil(long deadlineNanos) {
    try {
      return pipeline.flush(deadlineNanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** {@link #close(Duration)} with ten seconds. */
  @Override
  public void close() {
    close(CLOSE_BOUND);
  }

  /**
   * Accepts nothing more, sends what is there, then a last heartbeat and instance.stopped, all
   * within the bound. What is left then stays in the spool, or is dropped and counted where there
   * is none. Closing again does nothing.
   */
  public void close(Duration bound) {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    long nanos = Math.max(0, bound.toNanos());
    long start = System.nanoTime();
    timer.stop();
    flushUntil(start + nanos / 5 * 4);
    if (hasHeartbeats()) {
      beat();
      own(() -> new InstanceStopped(settings.instanceId()));
    }
    pipeline.close(start + nanos);
  }

  /** Settings of a producer; each has a default but for the instance's id. Not thread-safe. */
  public static final class Builder {
    private static final Pattern INSTANCE_ID = Pattern.compile("[A-Za-z0-9._~:@-]{1,128}");
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

    private Builder(String instanceId) {
      this.instanceId = instanceId;
    }

    /** Where the brokers are; default {@code localhost:9092}. */
    public Builder bootstrapServers(String servers) {
      return clientSetting(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
    }

    /**
     * A setting of Kafka's producer by its Kafka name, such as {@code sasl.jaas.config}. Those that
     * a guarantee rests on (acks, enable.idempotence, ...) are refused by {@link #build}.
     */
    public Builder clientSetting(String name, String value) {
      clientSettings.put(name, value);
      return this;
    }

    /** Several settings of Kafka's producer. */
    public Builder clientSettings(Map<String, String> settings) {
      clientSettings.putAll(settings);
      return this;
    }

    /** What the names of the topics begin with; default {@code aragora.}. */
    public Builder topicPrefix(String prefix) {
      this.topicPrefix = prefix;
      return this;
    }

    /**
     * Time between two heartbeats; default 10 s. After three of them without a heartbeat the
     * instance counts as silent. Zero: no heartbeats, and no instance.stopped.
     */
    public Builder heartbeatInterval(Duration interval) {
      this.heartbeat = interval;
      return this;
    }

    /** How long emit may wait where there is no room; default zero: it never waits. */
    public Builder emitWait(Duration wait) {
      this.emitWait = wait;
      return this;
    }

    /**
     * How much of a topic may be accepted and not yet acknowledged, in memory; default 50,000
     * events and 16 MiB. Each topic has its own bound, so that a flood of logs costs no debate.
     */
    public Builder queue(int maxEvents, long maxBytes) {
      this.maxEvents = maxEvents;
      this.maxBytes = maxBytes;
      return this;
    }

    /**
     * Keeps accepted events on disk until they are acknowledged, instead of in memory: they survive
     * a long outage of the brokers and the death of this process, and the next producer that opens
     * the directory sends them. Several processes may share it. Emit then writes to a file, which
     * goes to the page cache; {@link #fsync} says whether it waits for the disk.
     */
    public Builder spool(Path directory) {
      this.spool = directory;
      return this;
    }

    /** How many bytes of each topic the spool may hold; default 64 MiB. */
    public Builder spoolBytes(long bytes) {
      this.spoolBytes = bytes;
      return this;
    }

    /** What an accepted event survives in the spool; default {@link Fsync#NEVER}. */
    public Builder fsync(Fsync fsync) {
      this.fsync = fsync;
      return this;
    }

    /** Clock of the events' time; default the system's. */
    public Builder clock(Clock clock) {
      this.clock = clock;
      return this;
    }

    /** Who hears of failures. */
    public Builder listener(TelemetryListener listener) {
      this.listener = listener;
      return this;
    }

    /** For tests: another client. */
    Builder client(Supplier<Producer<byte[], byte[]>> client) {
      this.client = client;
      return this;
    }

    /**
     * Starts the producer. Does not wait for a broker; one that is away is waited for in the
     * background.
     *
     * @throws IllegalArgumentException in one sentence, where a setting cannot be used
     */
    public TelemetryProducer build() {
      ProducerSettings settings = settings();
      FailureReport report = new FailureReport(listener);
      KafkaLink link =
          KafkaLink.create(client != null ? client : ClientConfig.factory(settings.kafka()));
      ClientConfig.connect(link, report);
      Ids ids = Ids.create();
      try {
        return new TelemetryProducer(settings, link, ids, report, openSpool(ids, report)).started();
      } catch (IOException e) {
        link.close(Duration.ZERO);
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
          "The instance id \""
              + instanceId
              + "\" is not 1 to 128 letters, digits or ._~:@- signs.");
      require(
          !heartbeat.isNegative() && !emitWait.isNegative(),
          "The heartbeat interval and the wait of emit cannot be negative.");
      require(
          maxEvents >= 1 && maxBytes >= LEAST_BYTES,
          "The queue cannot be below 1 event and " + LEAST_BYTES + " bytes.");
      require(
          spoolBytes >= LEAST_SPOOL_BYTES,
          "The spool cannot be below " + LEAST_SPOOL_BYTES + " bytes a topic.");
      Topics.checkPrefix(topicPrefix, "The topic prefix");
      return new ProducerSettings(
          instanceId,
          topicPrefix,
          ClientConfig.complete(clientSettings, "aragora-telemetry-" + instanceId),
          heartbeat,
          emitWait,
          maxEvents,
          maxBytes,
          clock,
          listener);
    }

    private static void require(boolean condition, String sentence) {
      if (!condition) {
        throw new IllegalArgumentException(sentence);
      }
    }
  }
}
