package org.aragora.telemetry.producer;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.aragora.telemetry.producer.host.OwnWork;
import org.aragora.telemetry.producer.lane.ProducerHandle;
import org.aragora.telemetry.producer.report.FailureReport;
import org.aragora.telemetry.producer.report.ProducerStats;
import org.aragora.telemetry.producer.report.TopicAccount;
import org.aragora.telemetry.producer.spool.Spool;
import org.aragora.telemetry.producer.stamp.EventContext;
import org.aragora.telemetry.producer.stamp.Ids;
import org.aragora.telemetry.producer.stamp.Stamper;
import org.aragora.telemetry.schemas.codec.JsonEventCodec;
import org.aragora.telemetry.schemas.envelope.EventType;
import org.aragora.telemetry.schemas.event.AgentCallCompleted;
import org.aragora.telemetry.schemas.event.DebateCompleted;
import org.aragora.telemetry.schemas.event.DebateStarted;
import org.aragora.telemetry.schemas.event.EloUpdated;
import org.aragora.telemetry.schemas.event.EventData;
import org.aragora.telemetry.schemas.event.InstanceHeartbeat;
import org.aragora.telemetry.schemas.event.InstanceStopped;
import org.aragora.telemetry.schemas.event.LogEmitted;
import org.aragora.telemetry.schemas.event.RequestCompleted;
import org.aragora.telemetry.schemas.event.RoundCompleted;
import org.aragora.telemetry.schemas.event.WebsocketClosed;
import org.aragora.telemetry.schemas.event.WebsocketOpened;
import org.aragora.telemetry.schemas.field.Bounds;
import org.aragora.telemetry.schemas.field.CallStatus;
import org.aragora.telemetry.schemas.field.DebateOutcome;
import org.aragora.telemetry.schemas.field.LogLevel;
import org.aragora.telemetry.schemas.topic.InputTopic;
import org.jspecify.annotations.Nullable;

/**
 * Writes an instance's events to Kafka and never hurts the instance. Emit methods never throw. They
 * block for at most {@link ProducerBuilder#emitWait}, which defaults to zero. Events that cannot be
 * kept are dropped and counted per topic and reason, in {@link #stats} and in the heartbeats. Safe
 * for use by any number of threads; make one per instance and close it in the end.
 *
 * <pre>{@code
 * try (TelemetryProducer telemetry = TelemetryProducer.builder("api-7f9c").build()) {
 *   telemetry.debateStarted("d-1", List.of("claude", "gpt"));
 *   telemetry.debateCompleted("d-1", DebateOutcome.CONSENSUS, Duration.ofSeconds(95));
 * }
 * }</pre>
 *
 * <p>Emit methods return true if the event was accepted. An event carries the OpenTelemetry span
 * that is current on the calling thread; {@link #emit(EventData, EventContext)} takes another one,
 * or another time. Tasks, errors and log messages over 65,536 characters are cut. Optional fields
 * are set on the record:
 *
 * <pre>{@code
 * telemetry.emit(
 *     AgentCallCompleted.of("c-1", "claude", CallStatus.SUCCESS, Duration.ofMillis(2300))
 *         .withTokens(1200, 340)
 *         .withDebateId("d-1"));
 * }</pre>
 */
public final class TelemetryProducer implements AutoCloseable {
  private static final Duration CLOSE_BOUND = Duration.ofSeconds(10);
  private static final Duration RECOVER_EVERY = Duration.ofSeconds(2);

  private final ProducerSettings settings;
  private final Stamper stamper;
  private final TopicSenders senders;
  private final Timer timer = new Timer();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile long websockets;

  TelemetryProducer(
      ProducerSettings settings,
      ProducerHandle handle,
      Ids ids,
      FailureReport report,
      @Nullable Spool spool) {
    this.settings = settings;
    this.stamper = new Stamper(JsonEventCodec.create(), settings.clock(), ids, settings.source());
    this.senders = new TopicSenders(settings, handle, ids, report, spool);
  }

  TelemetryProducer started() {
    senders.recover();
    timer.start();
    timer.every(RECOVER_EVERY, senders::recover);
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
   * Starts the settings of a producer for one instance.
   *
   * @param instanceId id of the instance: letters, digits and {@code . _ ~ : @ -}
   */
  public static ProducerBuilder builder(String instanceId) {
    return new ProducerBuilder(instanceId);
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

  /**
   * Sets the number of WebSocket connections that heartbeats carry, without an event: from 0 to
   * 10,000,000, the nearest of which stands for any other.
   */
  public void websocketConnections(long connections) {
    websockets = Math.max(0, Math.min(connections, Bounds.CONNECTIONS));
  }

  /** A call to an agent's API ended. */
  public boolean agentCallCompleted(
      String callId, String agent, CallStatus status, Duration duration) {
    return emit(AgentCallCompleted.of(callId, agent, status, duration));
  }

  /**
   * The instance logged a line. A line of the library itself is left out and not counted, so that
   * the host's log may be appended here.
   */
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
        && !(data instanceof LogEmitted && OwnWork.isHere())
        && senders.offer(
            EventType.of(data).topic(),
            () -> stamper.stamp(data, context == null ? EventContext.current() : context),
            !closed.get(),
            settings.emitWait().toNanos());
  }

  /**
   * Emits an event that another producer has stamped, byte for byte; its key, if null, is its
   * type's.
   */
  boolean emitAsIs(InputTopic topic, @Nullable String key, byte[] value) {
    return senders.offer(
        topic, () -> stamper.asIs(topic, key, value), !closed.get(), settings.emitWait().toNanos());
  }

  private void beat() {
    own(
        () ->
            new InstanceHeartbeat(
                settings.instanceId(),
                websockets,
                settings.heartbeat().toNanos(),
                senders.counts(TopicAccount::acknowledgedCount),
                senders.counts(TopicAccount::droppedCount)));
  }

  private void own(Supplier<EventData> data) {
    senders.offer(
        InputTopic.INSTANCES, () -> stamper.stamp(data.get(), EventContext.none()), true, 0);
  }

  /** Counts of the events so far, by outcome. */
  public ProducerStats stats() {
    return senders.stats();
  }

  /**
   * Waits until everything accepted so far is acknowledged or given up.
   *
   * @return true if that was within the bound; false too if the thread is interrupted, which stays
   *     set
   */
  public boolean flush(Duration bound) {
    return flushUntil(System.nanoTime() + bound.toNanos());
  }

  private boolean flushUntil(long deadlineNanos) {
    try {
      return senders.flush(deadlineNanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Returns true once the producer is closed or closing: it accepts nothing more. */
  public boolean isClosed() {
    return closed.get();
  }

  /** {@link #close(Duration)} with ten seconds. */
  @Override
  public void close() {
    close(CLOSE_BOUND);
  }

  /**
   * Stops accepting events, sends the accepted ones, then a last heartbeat and instance.stopped,
   * all within the bound. Events that are left stay in the spool, or are dropped and counted if
   * there is none. Closing again does nothing.
   */
  public void close(Duration bound) {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    OwnWork.run(() -> closeWithin(Math.max(0, bound.toNanos())));
  }

  private void closeWithin(long nanos) {
    long start = System.nanoTime();
    timer.stop();
    flushUntil(start + nanos / 5 * 4);
    if (hasHeartbeats()) {
      beat();
      own(() -> new InstanceStopped(settings.instanceId()));
    }
    senders.close(start + nanos);
  }
}
